/** What is dragged inside the queue, so that nothing else can be dropped there. */
export const dragType = 'application/x-collapsar-queue-unit'

/** The two IPC channels between window and service; what travels on them is the contract's. */
export const REQUEST_CHANNEL = 'collapsar:request'
export const EVENT_CHANNEL = 'collapsar:event'

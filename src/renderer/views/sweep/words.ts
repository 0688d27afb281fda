/** What the page of a sweep says. */
export const words = {
  failed: 'The results of this sweep could not be read.',
  kept: 'The records of its runs are kept.',
  empty: 'What the runs of this sweep came to stands here as soon as one has ended.',
  axes: 'Axes of the figures',
  x: 'Horizontal axis',
  by: 'Curves, or rows of a map',
  none: 'none',
  set: 'For which points',
  points: 'Swept points',
  pointsOf: (title: string) => `Swept points of ${title}`,
  runs: (ended: number, of: number) => `${ended} of ${of} runs ended`,
  missing: (count: number) => (count === 1 ? '1 without an end' : `${count} without an end`),
  queue: 'In the queue',
  edit: 'Clone and edit in Design',
  save: 'Save the points as CSV',
} as const

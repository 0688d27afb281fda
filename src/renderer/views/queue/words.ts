import type { Priority } from '#shared/contract/sweeps'

/** What Queue says. */
export const words = {
  place: 'Queue',
  empty: 'Runs that wait, run and ended lately stand here, with their speed and time left.',
  design: 'Design a run',
  failed: 'The queue could not be read.',
  kept: 'Running jobs go on; their records are kept.',
  sections: { failures: 'Needs a look', running: 'Running', waiting: 'Waiting', ended: 'Ended lately' },
  head: {
    label: 'The whole queue',
    paused: 'The queue is paused: what runs goes on, nothing new is started.',
    trouble: 'The queue stands still.',
    pause: 'Pause the queue',
    resume: 'Resume the queue',
    waiting: (count: number) => (count === 1 ? '1 run waits' : `${count} runs wait`),
    training: (count: number) => (count === 1 ? '1 run trains' : `${count} runs train`),
    left: (time: string) => `${time} left`,
    slots: (device: string, busy: number, total: number) => `${device.toUpperCase()}: ${busy} of ${total} busy`,
    progress: 'Progress of the whole queue',
  },
  run: {
    progress: (title: string) => `Progress of ${title}`,
    steps: 'steps/s',
    left: (time: string) => `${time} left`,
    took: (time: string) => `took ${time}`,
    loss: 'loss',
    held: { run: 'held', sweep: 'sweep paused', queue: 'queue paused' },
    batch: (count: number) => `with ${count - 1} others`,
    cancel: 'Cancel',
    repeat: 'Repeat',
    resume: 'Resume',
    hold: 'Hold back',
    release: 'Let go',
    edit: 'Clone and edit in Design',
  },
  sweep: {
    open: (title: string) => `Show the runs of ${title}`,
    runs: (done: number, of: number) => `${done}/${of} runs`,
    over: (fields: readonly string[]) => (fields.length > 0 ? `over ${fields.join(', ')}` : 'one run'),
    pause: 'Pause the sweep',
    resume: 'Resume the sweep',
    paused: 'paused',
    cancel: 'Cancel',
    retry: (count: number) => `Retry ${count} failed`,
    ended: 'ended',
    states: {
      running: (count: number) => `${count} running`,
      failed: (count: number) => `${count} failed`,
      diverged: (count: number) => `${count} diverged`,
      cancelled: (count: number) => `${count} cancelled`,
      interrupted: (count: number) => `${count} interrupted`,
    },
    confirm: {
      title: (title: string) => `Cancel ${title}?`,
      says: (waiting: number, training: number) =>
        `${waiting} waiting and ${training} training runs end. What they have measured is kept; those that ended stay. ` +
        'This cannot be taken back.',
      yes: 'Cancel the sweep',
      no: 'Keep it',
    },
  },
  order: {
    handle: (title: string) => `Move ${title}: drag, or use the arrow keys`,
    moved: (title: string, place: number, of: number) => `${title} is now ${place} of ${of}.`,
  },
  priority: (title: string) => `Priority of ${title}`,
  priorities: { '2': 'Highest', '1': 'High', '0': 'Normal', '-1': 'Low', '-2': 'Lowest' } satisfies Record<
    `${Priority}`,
    string
  >,
  failure: {
    log: 'Last lines of the log',
    noLog: 'Nothing was logged.',
    more: (count: number) => `and ${count} more; filter the Runs by their state.`,
    bin: 'Move to the bin',
  },
  lossFromTo: (first: string, last: string) => `Loss from ${first} to ${last}`,
} as const

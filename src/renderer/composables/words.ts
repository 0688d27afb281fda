/** "r-0412abcdef", "3 runs". */
export const runsInWords = (runIds: readonly string[]) =>
  runIds.length === 1 ? String(runIds[0]) : `${runIds.length} runs`

/** What is said in every place: what was done, and what can be taken back. */
export const words = {
  undo: 'Undo',
  marks: {
    renamed: (runIds: readonly string[], name: string) => `Called ${runsInWords(runIds)} “${name}”.`,
    unnamed: (runIds: readonly string[]) => `Took the name from ${runsInWords(runIds)}.`,
    starred: (runIds: readonly string[]) => `Starred ${runsInWords(runIds)}.`,
    unstarred: (runIds: readonly string[]) => `Took the star from ${runsInWords(runIds)}.`,
    coloured: (runIds: readonly string[], color: string) => `Marked ${runsInWords(runIds)} ${color}.`,
    uncoloured: (runIds: readonly string[]) => `Took the colour from ${runsInWords(runIds)}.`,
    tagged: (runIds: readonly string[], tag: string) => `Tagged ${runsInWords(runIds)} “${tag}”.`,
    untagged: (runIds: readonly string[], tag: string) => `Took the tag “${tag}” from ${runsInWords(runIds)}.`,
    noted: (runId: string) => `Changed the note on ${runId}.`,
  },
  runs: {
    repeated: (runId: string) => `Queued again as ${runId}.`,
    binned: (runIds: readonly string[]) => `Moved ${runsInWords(runIds)} to the bin.`,
    nothingBinned: 'Nothing moved.',
    notBinned: (active: readonly string[]) =>
      active.length > 0 ? ` ${runsInWords(active)} still in the queue: cancel first.` : '',
  },
  comparison: {
    removed: (name: string) => `Removed comparison “${name}”.`,
    removedPanel: (title: string) => `Removed panel “${title}”.`,
  },
  queue: {
    retried: (runs: number) => (runs === 1 ? 'Queued one run again.' : `Queued ${runs} runs again.`),
    cancelled: (run: string) => `Cancelled ${run}.`,
    moved: 'Changed the order of the queue.',
    priority: 'Changed a priority.',
  },
  draft: {
    plannedSteps: 'whole steps with commas, such as 300, 1000, or nothing for the last step',
    plannedCount: 'how many eigenvalues, from 1 to 1000, or nothing',
    extraSteps: 'whole steps with commas, such as 300, 1000',
    name: 'at most 200 characters',
    draws: 'a whole number from 1 to 100000',
    factor: 'a whole number from 2 to 10',
    firstSteps: 'a whole number of steps, at least 1',
    drawSeed: 'a whole number from 0 to 4294967295',
    refusal: (given: string, expected: string) => `Got "${given}", expected ${expected}.`,
  },
} as const

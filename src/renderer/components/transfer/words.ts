import type { TransferState } from '#shared/contract/transfer'

const runs = (count: number) => (count === 1 ? '1 run' : `${count} runs`)

/** What is said of runs that leave and come in. */
export const words = {
  label: 'Import and export',
  bundle: 'Bundle, zip (everything stored)',
  import: 'Import …',
  importHelp: 'Runs from a bundle (.zip), or all of another project (.clps). What is here already stays as it is.',
  stop: 'Stop',
  dismiss: 'Close',
  sending: (name: string) => `Reading ${name}`,
  going: ({ kind, name }: TransferState) => (kind === 'import' ? `Importing ${name}` : `Writing ${name}`),
  over({ kind, name, cancelled, error }: TransferState): string {
    if (error) return kind === 'import' ? `${name} was not imported to its end.` : `${name} was not written.`
    if (cancelled) return kind === 'import' ? `The import of ${name} was stopped.` : `The export was stopped.`
    return kind === 'import' ? `${name} was imported.` : `${name} was written.`
  },
  copied: (count: number) => `${runs(count)} came in`,
  completed: (count: number) => `${runs(count)} here already got marks, matrices or analyses that they lacked`,
  skipped: (count: number) => `${runs(count)} here already`,
  refused: (count: number) => `${runs(count)} refused`,
  renamed: (from: string, to: string) => `${from} is ${to} here, because its id belongs to another run.`,
  comparisons: (names: readonly string[]) => `Comparisons: ${names.join(', ')}`,
  spoiltComparisons: (names: readonly string[]) => `Comparisons that cannot be read: ${names.join(', ')}`,
  ignored: (sections: readonly string[]) => `Left out, written by a later version: ${sections.join(', ')}`,
  more: (count: number) => `and ${count} more`,
} as const

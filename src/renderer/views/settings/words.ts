import type { VerificationReport } from '#shared/contract/project'

/** What the Settings say about the project. */
export const words = {
  title: 'Project',
  failed: 'The state of the project could not be read.',
  file: 'File',
  fileSize: (all: string, free: string) => `${all}, ${free} of it free`,
  disk: 'Left on the disk',
  bin: 'Bin',
  binned: (runs: number, bytes: string) => (runs === 0 ? 'empty' : `${runs} ${runs === 1 ? 'run' : 'runs'}, ${bytes}`),
  backups: 'Backups',
  latest: (count: number, time: string) => `${count}, the latest of ${time}`,
  quarantine: 'In quarantine',
  none: 'none',
  inBin: 'in the bin',
  largest: 'The largest runs',
  verify: 'Verify',
  verifying: 'Stored arrays read back',
  stop: 'Stop',
  report({ checked, damaged, orphans, pages }: VerificationReport): string {
    if (pages !== null) return `The file is damaged (${pages}). Go on from a backup.`
    const found = damaged.length === 0 ? 'all of them are what was stored' : `${damaged.length} are damaged`
    return `${checked} stored arrays were read back: ${found}.${orphans > 0 ? ` ${orphans} rows belong to nothing.` : ''}`
  },
  toQuarantine: 'Put them into quarantine',
  quarantined: (arrays: number) =>
    `${arrays} damaged ${arrays === 1 ? 'array is' : 'arrays are'} out of the way; the logs of the runs say what is missing.`,
  backUp: 'Back up now',
  backingUp: 'Backing up …',
  backedUp: 'The backup was made and verified.',
  compact: 'Compact the file',
  compacting: 'Compacting …',
  diagnostics: 'Save diagnostics',
  note:
    'A backup is made each day that the project is opened, beside the project file; the latest five are kept. ' +
    'Diagnostics hold versions, sizes and the log, and nothing that you have made.',
  settings: {
    place: 'Settings',
    appearance: 'Appearance',
    keys: 'Keys',
    about: 'About',
    theme: 'Theme',
    density: 'Density',
    motion: 'Motion',
    asSystem: 'As the system',
    light: 'Light',
    dark: 'Dark',
    comfortable: 'Comfortable',
    compact: 'Compact',
    noMotion: 'None',
    failed: 'The service did not say what it is.',
    note: 'Collapsar works offline: nothing leaves this machine. Type is IBM Plex, under the SIL Open Font License.',
    version: 'Version',
    host: 'Host',
    desktop: 'desktop window',
    browser: 'browser on 127.0.0.1',
    project: 'Project',
    blas: 'Linear algebra',
    embedded: 'embedded kernels, no system BLAS found',
    slots: 'Runs at the same time',
    readOnly: (project: string, why: string) => `${project} (read only: ${why})`,
  },
}

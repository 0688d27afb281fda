import type { RunColor } from '#shared/contract/runs'

/** What the frame of the workbench says. */
export const words = {
  serviceSafeMode: {
    says:
      'The service ended twice while it started. So the queue is paused, and runs that were training were left alone, ' +
      'with everything that they had measured. Check the project, look at the last lines of their logs, then go on.',
    check: 'Check the project',
    resume: 'Resume the queue',
  },
  places: {
    library: 'Library',
    design: 'Design',
    queue: 'Queue',
    runs: 'Runs',
    compare: 'Compare',
    settings: 'Settings',
  },
  safeMode: {
    says:
      'Safe mode: the last two starts did not come to their end. The draft, the place and the layouts of that time are ' +
      'kept, but were not restored. The runs are untouched.',
    restore: 'Restore them',
  },
  palette: {
    title: 'Search or command',
    help: 'Type to find a command, a place, a system, a preset or a run; choose with the arrow keys and Enter.',
    placeholder: 'A command, a place, a system, a preset, a run …',
    nothing: (search: string) =>
      `Nothing is called “${search}”. Try the name of a system, a preset or a run, or a verb such as start.`,
  },
  quantity: {
    open: (of: string) => `What is ${of}?`,
    dimensionless: 'dimensionless',
    perLayer: 'for each layer',
  },
  shortcuts: {
    title: 'Shortcuts',
    help: 'What can be done by keys here and now. On a Mac, Ctrl is Command.',
    everywhere: 'Everywhere',
    inTables: 'In tables and figures',
  },
  actions: {
    palette: 'Search or command',
    shortcuts: 'List the shortcuts',
    undo: 'Undo',
    undoOf: (text: string) => `Undo: ${text}`,
    theme: { light: 'Use the light theme', dark: 'Use the dark theme', system: 'Use the theme of the system' },
    goTo: (place: string) => `Go to ${place}`,
  },
  rail: {
    label: 'Places',
  },
  connection: {
    lost: 'Connection to the service lost. Running jobs go on and their records are kept; what you see is the last known state. Trying again … If the service was started anew, open the address that it prints.',
    connecting: 'Connecting to the service …',
  },
  table: {
    first: (shown: number, of: number) => `First ${shown} of ${of} rows; export CSV for all of them.`,
  },
  error: {
    retry: 'Try again',
  },
  export: {
    title: 'Export',
  },
  figure: {
    numbers: 'Numbers',
    failed: 'This figure could not be drawn.',
    kept: 'The records are kept.',
    showNumbers: (title: string) => `Show the numbers of ${title}`,
    numbersOf: (title: string) => `Numbers of ${title}`,
    export: (title: string) => `Export ${title}`,
    shrink: (title: string) => `Shrink ${title}`,
    expand: (title: string) => `Expand ${title}`,
    shrinkShort: 'Shrink (Esc)',
    expandShort: 'Expand',
  },
  jobs: {
    open: 'Open the queue',
    paused: 'paused',
    count: (jobs: number) => (jobs === 1 ? '1 job' : `${jobs} jobs`),
  },
  loading: {
    label: 'Loading',
  },
  notices: {
    label: 'Notices',
    dismiss: 'Dismiss',
    refused: 'Not done.',
  },
  predictions: {
    label: 'Table of predicted values',
    quantity: 'Quantity',
    level: 'Level',
    value: 'Value',
    copies: 'Copies',
    formula: 'Formula',
    source: 'Source',
    sources: (source: string) => `Sources: ${source}, at the sections named above.`,
  },
  dialog: {
    close: 'Close',
  },
  step: {
    step: 'step',
    label: 'Measured step shown in every panel',
    last: 'Last measured step',
    none: 'nothing measured yet',
    at: (step: number) => `step ${step}`,
  },
  surface: {
    label: 'View of the surface: the arrow keys turn it, Home resets it',
    hint: 'Drag or use the arrow keys to turn; double-click or Home resets',
  },
  bar: {
    breadcrumb: 'Breadcrumb',
    runs: 'Runs',
    run: 'Run',
    queue: 'Queue',
    sweep: 'Sweep',
    readOnly: 'read only',
    search: 'Search or command',
    searchKeys: 'Ctrl K',
  },
  status: {
    pending: 'waiting',
    running: 'running',
    completed: 'completed',
    diverged: 'diverged',
    failed: 'failed',
    cancelled: 'cancelled',
    interrupted: 'interrupted',
    pausing: 'pausing',
    paused: 'paused',
    held: { run: 'held', sweep: 'sweep paused', queue: 'queue paused' },
    hold: { goOn: 'Go on', letGo: 'Let go', pause: 'Pause', holdBack: 'Hold back' },
    whyDiverged: (step: number) =>
      `The loss was no longer finite at step ${step}. Everything measured before is kept. Try a smaller learning rate.`,
    whyInterrupted: (step: number) =>
      `The worker ended at step ${step} without saying why. Everything measured before is kept. Resume the run.`,
  },
  files: {
    svg: 'SVG, for print',
    png: 'PNG, 300 dpi',
    csv: 'CSV, the numbers',
  },
  widgetKeys: {
    step: 'One measured step back or forth, on the step slider',
    ends: 'First or last measured step',
    rows: 'Move through the rows of a table',
    select: 'Select the row',
    open: 'Open the row',
    rename: 'Rename the selected runs, or the one with the focus',
    star: 'Star them',
    tag: 'Tag them',
    note: 'Open the note on the run with the focus',
    filter: 'Go to the filter line of Runs',
    bin: 'Move the selected runs to the bin',
    close: 'Close a dialog or an expanded panel',
  },
  commands: {
    preset: 'Design from preset',
    defaults: 'Design from defaults',
    run: 'Open run',
  },
  tags: {
    title: 'Tags',
    tag: 'Tag',
    find: 'New tag, or find one',
    add: 'Add',
    remove: 'Remove',
    addThis: (tag: string) => `Add the tag ${tag}`,
    removeThis: (tag: string) => `Remove the tag ${tag}`,
  },
  note: {
    of: (title: string) => `Note on ${title}`,
    title: 'Note',
    edit: 'Edit',
    close: 'Close the note',
    text: 'Note in Markdown',
    example:
      'What was this run for, and what did it show? Markdown: **bold**, lists, tables, [paper](https://arxiv.org/abs/…)',
    unsaved: 'Not saved yet',
    save: 'Save',
    saveKeys: 'Ctrl ⏎',
  },
  rename: { title: 'Rename', name: 'Name', byId: 'empty: called by its id', save: 'Save' },
  colours: {
    blue: 'blue',
    orange: 'orange',
    green: 'green',
    pink: 'pink',
    sky: 'sky',
    vermillion: 'vermillion',
    yellow: 'yellow',
    none: 'no colour',
  } satisfies Record<RunColor | 'none', string>,
  runMarks: { label: 'Marks of this run', star: 'Star', colour: 'Colour in every place', addNote: 'Add a note' },
  movePanel: 'Drag to another place',
} as const

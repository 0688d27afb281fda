/** What the frame of the workbench says. */
export const words = {
  serviceSafeMode: {
    says:
      'The service ended twice while it started. So the queue is paused, and runs that were training were left alone, ' +
      'with everything that they had measured. Check the project, look at the last lines of their logs, then go on.',
    check: 'Check the project',
    resume: 'Resume the queue',
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
} as const

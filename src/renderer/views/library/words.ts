/** What the Library says. */
export const words = {
  place: 'Library',
  failed: 'The systems could not be listed.',
  kept: 'Nothing was changed.',
  empty: 'Research systems stand here, each with its question, its presets and its claims. This build contains none.',
  presets: 'Presets',
  defaults: 'Defaults',
  defaultsHint: 'Every field at its default',
  claims: {
    holds: 'holds',
    fails: 'fails',
    unknown: 'not checked here yet',
    failing: 'Claims that fail here',
    hold: (holding: number, of: number) => `${holding} of ${of} claims hold here`,
    failed: (count: number) => `${count} failed`,
    notChecked: (count: number) => `${count} not checked yet`,
    verdict: (title: string, word: string) => `${title}: ${word}`,
    why: (id: string, title: string) => `${id} fails: ${title}`,
  },
  predicted: (what: string, preset: string) => `${what}, predicted for “${preset}”`,
} as const

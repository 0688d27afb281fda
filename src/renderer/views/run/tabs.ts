import type { FigureDefinition } from '#shared/figure'

export const tabs = ['overview', 'training', 'structure', 'spectra', 'alignment', 'analyses', 'claims', 'log'] as const
export type Tab = (typeof tabs)[number]

/** So many figures of each tab the overview shows: a system names its most important ones first. */
const perTab: Readonly<Record<FigureDefinition['tab'], number>> = {
  training: 1,
  structure: 2,
  spectra: 2,
  alignment: 1,
}

export function figuresOf(tab: Tab, figures: readonly FigureDefinition[]): FigureDefinition[] {
  if (tab !== 'overview') return figures.filter((figure) => figure.tab === tab)
  return figures.filter((figure) => {
    const before = figures.slice(0, figures.indexOf(figure)).filter((other) => other.tab === figure.tab).length
    return before < perTab[figure.tab]
  })
}

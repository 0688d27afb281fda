import type { SweepFigureDefinition } from '#shared/sweepFigure'

const verdict = { quantity: 'verdict', state: 'collapse' } as const

/** F10 of theory note 01, section 8; F3 and F4 of note 02, section f, and the maps and the histogram of its prevalence recipe. */
export const ufmSweepFigures: readonly SweepFigureDefinition[] = [
  {
    id: 'runs-on-branches',
    title: 'Runs over the branches of the theory',
    mark: 'scatter',
    quantity: 'outputScale',
    theory: ['gain', 'scale'],
    kinds: 'outputRank',
    states: 'verdict',
    apart: ['unconverged', 'zero'],
  },
  { id: 'collapse-fraction', title: 'Runs that ended in neural collapse', mark: 'fraction', ...verdict },
  { id: 'collapse-map', title: 'Map of neural collapse', mark: 'map', ...verdict },
  { id: 'mean-rank', title: 'Mean rank of the outputs', mark: 'mean', quantity: 'outputRank' },
  {
    id: 'losses',
    title: 'Final losses',
    mark: 'histogram',
    quantity: 'loss',
    states: 'verdict',
    undecided: 'unconverged',
  },
  { id: 'mean-loss', title: 'Mean final loss', mark: 'mean', quantity: 'loss' },
]

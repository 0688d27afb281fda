import type { FigureDefinition } from '#shared/figure'
import { imbalanceFigure, lossFigure, singularValuesFigure } from '../linear-network/figures'

const series = { tab: 'training', mark: 'series', layers: 'none', overlayPrediction: false } as const

/** Theory note 05, S-C, "Figures", as far as one run goes; the others compare runs. */
export const completionFigures: readonly FigureDefinition[] = [
  { ...lossFigure, title: 'Loss on the observed entries', quantities: ['dataLoss'] },
  { ...series, id: 'recovery', title: 'Recovery error over all entries', quantities: ['recoveryError'] },
  {
    ...series,
    id: 'product-singular-values',
    title: 'Singular values of the product',
    tab: 'structure',
    mark: 'bundle',
    quantities: ['productSingularValues'],
    overlayPrediction: true,
  },
  {
    ...series,
    id: 'effective-rank',
    title: 'Effective rank of the product',
    tab: 'structure',
    quantities: ['effectiveRank'],
  },
  singularValuesFigure,
  imbalanceFigure,
]

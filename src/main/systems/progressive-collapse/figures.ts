import type { FigureDefinition } from '#shared/figure'
import { imbalanceFigure, lossFigure, singularValuesFigure } from '../linear-network/figures'

const series = { tab: 'structure', mark: 'series', overlayPrediction: false } as const

/** Theory note 05, S-B, "Figures", as far as one run and the marks of a figure go. */
export const collapseFigures: readonly FigureDefinition[] = [
  lossFigure,
  {
    ...series,
    id: 'separation',
    title: 'Class separation of every layer',
    quantities: ['separation'],
    layers: 'all',
    overlayPrediction: true,
  },
  {
    ...series,
    id: 'discrimination',
    title: 'Class discrimination of every layer',
    quantities: ['discrimination'],
    layers: 'all',
  },
  {
    ...series,
    id: 'separation-profile',
    title: 'Class separation behind l = 0 … L − 1 layers',
    mark: 'bundle',
    quantities: ['separationProfile'],
    layers: 'none',
  },
  {
    ...series,
    id: 'separation-ratios',
    title: 'Ratio of class separation, layer by layer',
    mark: 'bundle',
    quantities: ['separationRatios'],
    layers: 'none',
    overlayPrediction: true,
  },
  {
    ...series,
    id: 'separation-correlation',
    title: 'How straight log separation is over depth',
    quantities: ['separationCorrelation', 'discriminationCorrelation'],
    layers: 'none',
  },
  {
    ...series,
    id: 'separation-slope',
    title: 'Slope of log separation over depth',
    quantities: ['separationSlope'],
    layers: 'none',
    overlayPrediction: true,
  },
  {
    ...series,
    id: 'nc1',
    title: 'Within-class variability (NC1); blind outside the span of the means',
    quantities: ['nc1'],
    layers: 'all',
  },
  singularValuesFigure,
  imbalanceFigure,
]

import type { FigureDefinition } from '#shared/figure'
import {
  gradientNormFigure,
  fullHessianDensityFigure,
  eigenvectorTestFigure,
  gradientCoefficientsFigure,
  gradientInOutliersFigure,
  subspaceFigures,
} from '../classFigures'

/** Fields that most of the figures share. */
const series = { mark: 'series', overlayPrediction: false } as const

export const classifierFigures: readonly FigureDefinition[] = [
  { ...series, id: 'loss', title: 'Loss', tab: 'training', quantities: ['loss', 'dataLoss'], layers: 'none' },
  {
    ...series,
    id: 'accuracy',
    title: 'Accuracy',
    tab: 'training',
    quantities: ['accuracy', 'testAccuracy'],
    layers: 'none',
  },
  gradientNormFigure,
  {
    id: 'singular-values',
    title: 'Singular values of one weight matrix',
    tab: 'structure',
    mark: 'bundle',
    quantities: ['singularValues'],
    layers: 'one',
    overlayPrediction: false,
  },
  ...(
    [
      ['nc1', 'Within-class variability (NC1)'],
      ['nc2', 'Frame of the class means (NC2)'],
      ['nc3', 'Class means against the classifier (NC3)'],
      ['separation', 'Class separation'],
    ] as const
  ).map(([quantity, title]): FigureDefinition => ({
    ...series,
    id: quantity,
    title,
    tab: 'structure',
    quantities: [quantity],
    layers: 'all',
  })),
  {
    id: 'layer-hessian',
    title: 'Layer Hessian spectrum, data part',
    tab: 'spectra',
    mark: 'spectrum',
    quantities: ['layerHessian'],
    layers: 'one',
    overlayPrediction: false,
  },
  {
    id: 'full-hessian',
    title: 'Hessian over all parameters',
    tab: 'spectra',
    mark: 'spectrum',
    quantities: ['fullHessian'],
    layers: 'none',
    overlayPrediction: false,
  },
  fullHessianDensityFigure,
  eigenvectorTestFigure,
  gradientCoefficientsFigure,
  gradientInOutliersFigure,
  ...subspaceFigures,
]

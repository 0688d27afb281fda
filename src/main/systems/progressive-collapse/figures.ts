import type { FigureDefinition } from '#shared/figure'
import { imbalanceFigure, lossFigure, singularValuesFigure } from '../linear-network/figures'

/** Over the layers at the step of the slider: the picture of the source. */
const profile = { tab: 'structure', mark: 'profile', layers: 'all', overlayPrediction: false } as const
const series = { tab: 'structure', mark: 'series', overlayPrediction: false } as const

/** Theory note 05, S-B, "Figures", as far as one run and the marks of a figure go. */
export const collapseFigures: readonly FigureDefinition[] = [
  lossFigure,
  {
    ...profile,
    id: 'separation-profile',
    title: 'Class separation of what enters each layer',
    quantities: ['separation'],
    overlayPrediction: true,
    fittedFrom: 1,
  },
  {
    ...profile,
    id: 'discrimination-profile',
    title: 'Class discrimination of what enters each layer',
    quantities: ['discrimination'],
    // The input is off the line.
    fittedFrom: 2,
  },
  {
    ...profile,
    id: 'nc1-profile',
    title: 'NC1 of what enters each layer; blind outside the span of the means',
    quantities: ['nc1'],
  },
  {
    ...series,
    id: 'separation',
    title: 'Class separation of every layer over the steps',
    quantities: ['separation'],
    layers: 'all',
    overlayPrediction: true,
  },
  {
    ...series,
    id: 'discrimination',
    title: 'Class discrimination of every layer over the steps',
    quantities: ['discrimination'],
    layers: 'all',
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
    title: 'Within-class variability (NC1) over the steps',
    quantities: ['nc1'],
    layers: 'all',
  },
  singularValuesFigure,
  imbalanceFigure,
]

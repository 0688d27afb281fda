import { choice, importedMatrixParam, integer, real, type ParamsOf } from '#shared/params'
import { networkParams, sharedParams } from '../linear-network/params'

export const completionParams = {
  matrix: importedMatrixParam({
    label: 'Imported matrix',
    symbol: 'Φ',
    help: 'A matrix of your own instead of a drawn one, with or without a mask. It then says size, rank and singular values; the observed fraction hides some of what its mask shows.',
  }),
  width: {
    ...networkParams.width,
    default: 60,
    label: 'Size',
    help: 'Rows and columns of Φ; width of the full model.',
  },
  rank: { ...networkParams.rank, symbol: 'r', help: 'Rank of Φ.' },
  largest: { ...networkParams.largest, default: 1.5 },
  smallest: networkParams.smallest,
  observed: real({
    default: 1,
    min: 0,
    max: 1,
    label: 'Observed fraction',
    symbol: 'p',
    help: 'Each entry of Φ is seen with this probability; 1 is factorisation, less is completion.',
    group: 'data',
  }),
  dataSeed: {
    ...sharedParams.dataSeed,
    help: 'Draws Φ and which entries are seen. The seed of the run draws the start.',
  },
  factorisation: choice({
    default: 'full',
    options: [
      { value: 'full', label: 'full: d × d layers' },
      { value: 'compressed', label: 'compressed: U W̃ Vᵀ' },
      { value: 'narrow', label: 'narrow: hidden width 2r̂' },
    ],
    label: 'Factorisation',
    symbol: 'W',
    help: 'Layers as wide as Φ; cores of 2r̂ × 2r̂ between factors built from the observed entries; or hidden layers of 2r̂.',
  }),
  rankEstimate: integer({
    default: 5,
    min: 1,
    max: 1024,
    label: 'Rank estimate',
    symbol: 'r̂',
    help: 'Of the compressed and narrow factorisations, whose inner width is 2r̂; not used by the full one.',
  }),
  gamma: real({
    default: 0.1,
    min: 0,
    max: 100,
    scale: 'log',
    label: 'Discrepant rate',
    symbol: 'γ',
    help: 'The factors U and V of the compressed model are trained with γ η; 0 keeps them as built.',
    group: 'optimiser',
  }),
  depth: sharedParams.depth,
  initScale: { ...sharedParams.initScale, default: 0.05 },
  learningRate: sharedParams.learningRate,
  momentum: sharedParams.momentum,
  steps: { ...sharedParams.steps, default: 600 },
} as const

export type CompletionParams = ParamsOf<typeof completionParams>

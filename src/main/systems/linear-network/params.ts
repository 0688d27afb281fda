import { choice, importedMatrixParam, integer, real, type ParamsOf } from '#shared/params'
import { optimiserChoice, trainingParams } from '../trainingParams'

/** Parameters that the linear systems share. */
export const sharedParams = {
  depth: integer({
    default: 3,
    min: 1,
    max: 30,
    label: 'Depth',
    symbol: 'L',
    help: 'Weight matrices W_1 … W_L.',
  }),
  init: choice({
    default: 'orthogonal',
    options: [
      { value: 'orthogonal', label: 'orthogonal' },
      { value: 'normal', label: 'normal' },
      { value: 'uniform', label: 'uniform' },
    ],
    label: 'Initialisation',
    symbol: 'W(0)',
    help: 'ε times Haar-orthonormal rows or columns; or independent entries of variance ε²/fan-in.',
    group: 'optimiser',
  }),
  initScale: real({
    default: 0.1,
    min: 1e-9,
    max: 100,
    scale: 'log',
    label: 'Initial scale',
    symbol: 'ε',
    help: 'Every singular value of an orthogonal start. The plateau lasts about ε^{−(L−2)}.',
    group: 'optimiser',
  }),
  learningRate: {
    ...trainingParams.learningRate,
    help: 'Of full-batch steps on the summed loss ½ ‖·‖²; a mean over N samples would need N times as much.',
  },
  steps: trainingParams.steps,
  momentum: {
    ...trainingParams.momentum,
    symbol: 'β',
    help: 'Heavy ball: M ← β M + ∇ + λ W, W ← W − η M. 0 is plain gradient descent.',
  },
  weightDecay: {
    ...trainingParams.weightDecay,
    help: 'The same for every W_l; enters the loss as λ/2 ‖W_l‖². The data loss is reported without it.',
  },
  dataSeed: integer({
    default: 0,
    min: 0,
    max: 2 ** 32 - 1,
    label: 'Data seed',
    symbol: '',
    help: 'Draws target and inputs. The seed of the run draws the initial weights only.',
    group: 'data',
  }),
} as const

export const networkParams = {
  width: integer({
    default: 30,
    min: 2,
    max: 2048,
    label: 'Width',
    symbol: 'd',
    help: 'Inputs, samples and units of every hidden layer: d_x = d_1 = … = d_{L−1} = N = d.',
  }),
  depth: sharedParams.depth,
  outputs: choice({
    default: 'width',
    options: [
      { value: 'width', label: 'd_y = d (Case 2)' },
      { value: 'rank', label: 'd_y = r (Case 1)' },
    ],
    label: 'Outputs',
    symbol: 'd_y',
    help: 'As many as inputs, with a target of rank r; or as many as the rank.',
  }),
  target: importedMatrixParam({
    label: 'Imported target',
    symbol: 'Φ',
    help: 'A matrix of your own instead of a drawn one: d_y × d with d_y ≤ d, every entry known. It then says d, d_y and all singular values.',
  }),
  rank: integer({
    default: 3,
    min: 1,
    max: 2048,
    label: 'Rank of the target',
    symbol: 'r',
    help: 'Rank of Φ, with Y = Φ X. The invariant block has d − 2r dimensions.',
    group: 'data',
  }),
  largest: real({
    default: 2,
    min: 1e-6,
    max: 1e6,
    scale: 'log',
    label: 'Largest singular value',
    symbol: 's_1',
    help: 'Of Φ; the r singular values are spaced evenly down to the smallest.',
    group: 'data',
  }),
  smallest: real({
    default: 1,
    min: 1e-6,
    max: 1e6,
    scale: 'log',
    label: 'Smallest singular value',
    symbol: 's_r',
    help: 'Of Φ; not used for r = 1.',
    group: 'data',
  }),
  condition: real({
    default: 1,
    min: 1,
    max: 1e6,
    scale: 'log',
    label: 'Condition number',
    symbol: 'κ(XXᵀ)',
    help: 'Of X Xᵀ, whose eigenvalues are spaced evenly from 1. 1 is whitened data, for which the law is exact.',
    group: 'data',
  }),
  dataSeed: sharedParams.dataSeed,
  init: sharedParams.init,
  initScale: sharedParams.initScale,
  weightDecay: sharedParams.weightDecay,
  learningRate: sharedParams.learningRate,
  optimiser: {
    ...optimiserChoice(['momentum', 'nesterov', 'adam', 'normalised']),
    help:
      'The heavy ball and Nesterov are fixed combinations of past gradients and keep the invariant block; Adam ' +
      '(β₁ = 0.9, β₂ = 0.999, ϵ = 1e-8) divides each entry by a size of its own and breaks it. ' +
      'Normalised steps keep it, at a pace that is not known beforehand.',
  },
  momentum: { ...sharedParams.momentum, help: `${sharedParams.momentum.help} Not used by Adam and normalised steps.` },
  steps: sharedParams.steps,
}

export type NetworkParams = ParamsOf<typeof networkParams>

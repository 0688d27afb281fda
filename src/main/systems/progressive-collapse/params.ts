import { choice, integer, real, type ParamsOf } from '#shared/params'
import { sharedParams } from '../linear-network/params'

export const collapseParams = {
  K: integer({
    default: 3,
    min: 2,
    max: 100,
    label: 'Classes',
    symbol: 'K',
    help: 'Number of classes; targets are one-hot.',
    group: 'data',
  }),
  n: integer({
    default: 10,
    min: 1,
    max: 10_000,
    label: 'Samples per class',
    symbol: 'n',
    help: 'All classes have the same size; N = K n.',
    group: 'data',
  }),
  data: choice({
    default: 'orthogonal',
    options: [
      { value: 'orthogonal', label: 'orthogonal (d_x = N)' },
      { value: 'near-orthogonal', label: 'near-orthogonal' },
      { value: 'gaussian', label: 'Gaussian classes' },
    ],
    label: 'Inputs',
    symbol: 'X',
    help: 'A square orthogonal X; orthonormal columns plus noise; or Gaussian classes around Gaussian means.',
    group: 'data',
  }),
  inputs: integer({
    default: 50,
    min: 1,
    max: 10_000,
    label: 'Input dimension',
    symbol: 'd_x',
    help: 'Of near-orthogonal inputs (at least N) and Gaussian classes; orthogonal inputs have d_x = N.',
    group: 'data',
  }),
  noise: real({
    default: 1,
    min: 0,
    max: 1e3,
    label: 'Noise',
    symbol: 'δ',
    help: 'Frobenius norm of the perturbation of near-orthogonal inputs; standard deviation within Gaussian classes.',
    group: 'data',
  }),
  dataSeed: sharedParams.dataSeed,
  width: integer({
    default: 30,
    min: 1,
    max: 2048,
    label: 'Width',
    symbol: 'd',
    help: 'Units of every hidden layer. The theory has d = N.',
  }),
  depth: { ...sharedParams.depth, default: 4, min: 2 },
  network: choice({
    default: 'linear',
    options: [
      { value: 'linear', label: 'linear' },
      { value: 'relu', label: 'ReLU' },
      { value: 'hybrid', label: 'ReLU, then linear' },
    ],
    label: 'Network',
    symbol: 'φ',
    help: 'A ReLU after no layer, after every hidden one, or after the first ⌊L/2⌋.',
  }),
  loss: choice({
    default: 'sum',
    options: [
      { value: 'sum', label: '½ ‖Z − Y‖²' },
      { value: 'mean', label: '‖Z − Y‖²/N' },
    ],
    label: 'Loss',
    symbol: 'ℓ',
    help: 'A sum over all samples, or their mean without ½. The mean needs N/2 times the learning rate.',
  }),
  init: choice({
    default: 'orthogonal',
    options: [...sharedParams.init.options, { value: 'he', label: 'He (ReLU layers), ε elsewhere' }],
    label: 'Initialisation',
    symbol: 'W(0)',
    help: 'ε times orthonormal; entries of variance ε²/fan-in; or N(0, 2/fan-in) where a ReLU follows and ε²/fan-in elsewhere.',
    group: 'optimiser',
  }),
  initScale: { ...sharedParams.initScale, default: 0.2 },
  weightDecay: sharedParams.weightDecay,
  learningRate: { ...sharedParams.learningRate, default: 0.02 },
  momentum: sharedParams.momentum,
  steps: { ...sharedParams.steps, default: 2000 },
} as const

export type CollapseParams = ParamsOf<typeof collapseParams>

import type { Preset } from '#main/core/system'

/** The note's small configuration. Theory note 05, S-B, "Config". */
const small = {
  K: 3,
  n: 10,
  data: 'orthogonal',
  inputs: 50,
  noise: 1,
  dataSeed: 0,
  width: 30,
  depth: 4,
  network: 'linear',
  loss: 'sum',
  init: 'orthogonal',
  initScale: 0.2,
  weightDecay: 0,
  learningRate: 0.02,
  momentum: 0,
  steps: 2000,
} as const

/** Four Gaussian classes in 16 dimensions. Theory note 05, C15. */
const nonlinear = {
  ...small,
  K: 4,
  n: 25,
  data: 'gaussian',
  inputs: 16,
  width: 48,
  loss: 'mean',
  init: 'he',
  // The linear layers of the hybrid start with variance 0.3/fan-in.
  initScale: Math.sqrt(0.3),
  weightDecay: 5e-4,
  learningRate: 0.01,
  momentum: 0.9,
  steps: 1500,
} as const

/** The theory figure of Wang et al. 2023, arXiv:2311.02960. */
const nearOrthogonal = {
  ...small,
  data: 'near-orthogonal',
  width: 50,
  depth: 6,
  loss: 'mean',
  initScale: 0.3,
  learningRate: 0.1,
  steps: 5000,
} as const

export const collapsePresets = {
  small: {
    title: 'Small',
    note: 'K = 3, n = 10, L = 4, ε = 0.2; settings ours. Separation falls by the same factor in every layer. About a second.',
    params: small,
  },
  paper: {
    title: 'Near-orthogonal data',
    note: "K = 3, N = 30, d = 50, L = 6, ε = 0.3, η = 0.1 are the paper's. The theory figure of Wang et al. 2023: separation log-linear, discrimination linear from the first layer. The paper's code stops at a loss of 1e-11; this runs a little beyond. A few seconds.",
    params: nearOrthogonal,
  },
  paperShallow: {
    title: 'Near-orthogonal, L = 5',
    note: 'L = 5, ε = 0.4, η = 0.1: the other depth that the note tests on the data of Wang et al. 2023. A few seconds.',
    params: { ...nearOrthogonal, depth: 5, initScale: 0.4, steps: 5000 },
  },
  noisy: {
    title: 'Noisier data',
    note: 'The theory figure of Wang et al. 2023 with a perturbation of norm 5 instead of 1. Separation stays log-linear. A few seconds.',
    params: { ...nearOrthogonal, noise: 5 },
  },
  tradeoff: {
    title: 'The plateau',
    note: 'K = 3, n = 8, L = 4, ε = 0.1; settings of C13 in the note. Half the ε doubles the plateau to the power L − 2, and squares what each layer compresses: take ε of 0.2, 0.1, 0.05. About a second.',
    params: { ...small, n: 8, width: 24, initScale: 0.1, steps: 3000 },
  },
  normal: {
    title: 'Normal start',
    note: 'L = 5, ε = 0.3; settings of C12 in the note. Not balanced, yet log-linear. About a second.',
    params: { ...small, depth: 5, init: 'normal', initScale: 0.3 },
  },
  relu: {
    title: 'ReLU network',
    note: 'On Gaussian classes; L = 6, d = 48; settings ours. The law beyond its theory: He start, weight decay, momentum. A few seconds.',
    params: { ...nonlinear, network: 'relu', depth: 6 },
  },
  hybrid: {
    title: 'Hybrid: ReLU, then linear',
    note: 'Four ReLU layers, then four linear ones, on Gaussian classes; settings ours. The linear layers compress like those of a linear network. A few seconds.',
    params: { ...nonlinear, network: 'hybrid', depth: 8 },
  },
} satisfies Record<string, Preset>

import type { Preset } from '#main/core/system'

/** The sizes of the paper's figure; ε, η and T are ours. Theory note 05, S-A, "Config". */
const figure = {
  width: 30,
  depth: 3,
  outputs: 'width',
  target: '',
  rank: 3,
  largest: 2,
  smallest: 1,
  condition: 1,
  dataSeed: 0,
  init: 'orthogonal',
  initScale: 0.1,
  weightDecay: 0,
  learningRate: 0.1,
  optimiser: 'momentum',
  momentum: 0,
  steps: 1500,
} as const

export const networkPresets = {
  small: {
    title: 'The figure',
    note: "L = 3, d = 30, r = 3 are the paper's; ε, η, T ours. Six directions learn in every layer, the other 24 do not turn at all. A second or two.",
    params: figure,
  },
  decay: {
    title: 'Case 1 with weight decay',
    note: 'd_y = r, λ = 0.001. The block shrinks as ε (1 − ηλ)^t, whatever the data. A second or two.',
    params: { ...figure, outputs: 'rank', weightDecay: 1e-3 },
  },
  large: {
    title: 'Large start',
    note: 'ε = 0.5. The subspace stays, its singular value does not: ρ falls from 0.5 to 0.2. A second or two.',
    params: { ...figure, initScale: 0.5 },
  },
  deep: {
    title: 'Five layers',
    note: 'L = 5, ε = 0.5, η = 0.05. The same picture in every one of five layers. A second or two.',
    params: { ...figure, depth: 5, initScale: 0.5, learningRate: 0.05 },
  },
  momentum: {
    title: 'Heavy ball',
    note: 'β = 0.9, η = 0.02. Any fixed combination of past gradients keeps the block. A second or two.',
    params: { ...figure, momentum: 0.9, learningRate: 0.02 },
  },
  adam: {
    title: 'Adam, the control',
    note: 'η = 0.001; settings ours. Steps of one size for every entry are no combination of past gradients: the singular values of the block drift apart. A second or two.',
    params: { ...figure, optimiser: 'adam', learningRate: 1e-3 },
  },
  unwhitened: {
    title: 'Unwhitened data',
    note: 'Condition number 2, ε = 0.01. The block survives approximately. A few seconds.',
    params: { ...figure, condition: 2, initScale: 0.01, learningRate: 0.05, steps: 12_000 },
  },
} satisfies Record<string, Preset>

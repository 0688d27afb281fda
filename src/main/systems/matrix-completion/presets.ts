import type { Preset } from '#main/core/system'

/** C16 and C17 of theory note 05. */
const factorisation = {
  matrix: '',
  width: 60,
  rank: 3,
  largest: 1.5,
  smallest: 1,
  observed: 1,
  dataSeed: 0,
  factorisation: 'full',
  rankEstimate: 5,
  gamma: 0,
  depth: 3,
  initScale: 0.05,
  learningRate: 0.1,
  momentum: 0,
  steps: 600,
} as const

/** C18 of theory note 05. */
const completion = { ...factorisation, observed: 0.3, learningRate: 0.5, steps: 3000 } as const

export const completionPresets = {
  small: {
    title: 'Factorisation, full',
    note: 'd = 60, r = 3, L = 3; settings ours. Every entry is seen. Compare with the compressed preset of the same seed: the curves lie on top of each other. A second.',
    params: factorisation,
  },
  compressed: {
    title: 'Factorisation, compressed',
    note: 'r̂ = 5, factors fixed. A 10 × 10 core for a 60 × 60 matrix, on the path of the full model. A second.',
    params: { ...factorisation, factorisation: 'compressed' },
  },
  completion: {
    title: 'Completion, trained factors',
    note: 'Compressed; 30 % seen, γ = 0.1. Recovers the matrix from 30 % of its entries; with γ = 0 it would stall. A second or two.',
    params: { ...completion, factorisation: 'compressed', gamma: 0.1 },
  },
  completionFull: {
    title: 'Completion, full',
    note: '30 % seen. The full model on the same entries. A few seconds.',
    params: completion,
  },
  completionNarrow: {
    title: 'Completion, narrow',
    note: '30 % seen, hidden width 10. At this scale as good as the compressed model. A second or two.',
    params: { ...completion, factorisation: 'narrow' },
  },
} satisfies Record<string, Preset>

import type { Preset } from '#main/core/system'
import { studies } from './studies'

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

/** C20 of theory note 05; the step size is ours. */
const samples = { ...completion, width: 40, initScale: 0.1, learningRate: 0.3, steps: 2500 } as const

/** C21 of theory note 05. */
const width = { ...completion, width: 80, observed: 0.4, learningRate: 0.3, steps: 600 } as const

/** What the studies over several runs ask of each. */
const ENDS = ['loss', 'recovery']

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
  samples: {
    title: 'Sample complexity',
    note: 'd = 40, L = 3, ε = 0.1, 30 % seen; settings of C20 in the note. p from 0.2 to 0.4, L of 2 and 3, six matrices: depth needs fewer entries. Half a minute.',
    params: samples,
    sweep: {
      axes: [
        [{ path: 'params.depth', values: { kind: 'list', values: [2, 3] } }],
        [{ path: 'params.observed', values: { kind: 'list', values: [...studies.samples.observed] } }],
        [{ path: 'params.dataSeed', values: { kind: 'list', values: [...studies.samples.dataSeed] } }],
      ],
      probes: ENDS,
    },
  },
  width: {
    title: 'Width, full',
    note: 'd = 80, 40 % seen; settings of C21 in the note. The full width of the study. A few seconds.',
    params: width,
  },
  widthNarrow: {
    title: 'Width, narrow',
    note: 'The same matrix with hidden width 2r̂ = 10. r̂ of 3, 5, 10, 20, three matrices: wider networks need fewer iterations, and past 40 no fewer. Half a minute.',
    params: { ...width, factorisation: 'narrow', rankEstimate: 5 },
    sweep: {
      axes: [
        [{ path: 'params.rankEstimate', values: { kind: 'list', values: [...studies.width.rankEstimate] } }],
        [{ path: 'params.dataSeed', values: { kind: 'list', values: [...studies.width.dataSeed] } }],
      ],
      probes: ENDS,
    },
  },
} satisfies Record<string, Preset>

import type { Preset } from '#main/core/system'

/** What a verdict rests on. */
const ENDS = ['loss', 'gradientNorm', 'outputStructure']
/** 40/(ηλ): twice the budget of theory note 02, section e, for the slowest directions. */
const budget = (learningRate: number, weightDecay: number) => Math.ceil(40 / (learningRate * weightDecay))

/** K = 4 and small: DNC against pairs, as in the note's SMALL configuration. */
const small = { loss: 'ce', K: 4, n: 1, initScale: 1, learningRate: 0.5, gradientTolerance: 1e-8 } as const

/** Configurations of theory notes 01, section 2, and 02, section b. */
export const ufmPresets = {
  small: {
    title: 'Small',
    note: 'K = 3, n = 5, L = 3, d = 10; settings ours. Every spectrum of the theory in a few seconds; the claims C1 to C5 are tested on it.',
    params: {
      K: 3,
      n: 5,
      width: 10,
      depth: 3,
      weightDecay: 5e-3,
      initScale: 1,
      learningRate: 0.2,
      steps: 6000,
    },
    extraSteps: [300, 500],
    demo: true,
  },
  paper: {
    title: 'Paper: K = 3, L = 5, d = 60',
    note: "Garrod & Keating's linear model: K = 3, n = 40, L = 5, d = 60, λ = 0.01. Their step size and initialisation are not known; ours (η = 0.2, s = 1) converge in 3000 steps. About a minute.",
    params: {
      K: 3,
      n: 40,
      width: 60,
      depth: 5,
      weightDecay: 0.01,
      initScale: 1,
      learningRate: 0.2,
      steps: 3000,
    },
    extraSteps: [10, 1000],
  },
  relu: {
    title: 'ReLU',
    note: 'K = 3, n = 5, L = 3, d = 16 with ReLU and squared error; settings ours. The loss of the linear model, but the K² outliers separate without becoming equal, and so do the coefficients of the gradient (claim 01.C12). A few seconds.',
    params: {
      activation: 'relu',
      K: 3,
      n: 5,
      width: 16,
      depth: 3,
      weightDecay: 5e-3,
      init: 'he',
      initScale: 1,
      learningRate: 0.2,
      steps: 20_000,
    },
  },
  rivals: {
    title: 'Collapse against pairs',
    note: 'Cross-entropy, K = 4, L = 3, d = 8; settings ours. About half of all seeds collapse, the others end at the pair structure, which has the lower loss. A second.',
    params: {
      loss: 'ce',
      K: 4,
      n: 1,
      width: 8,
      depth: 3,
      weightDecay: 2 ** -7,
      initScale: 1,
      learningRate: 0.5,
      steps: 10_000,
      gradientTolerance: 1e-8,
    },
  },
  prevalence: {
    title: 'Prevalence of collapse',
    note: 'Cross-entropy, K = 4, λ = 2⁻⁶: 64 seeds at each of six widths and two depths. Wider models collapse more often (claim 02.C3). Half a minute.',
    params: { ...small, weightDecay: 2 ** -6, steps: budget(0.5, 2 ** -6) },
    sweep: {
      axes: [
        [{ path: 'params.depth', values: { kind: 'list', values: [2, 3] } }],
        [{ path: 'params.width', values: { kind: 'list', values: [4, 6, 8, 12, 16, 24] } }],
        [{ path: 'seed', values: { kind: 'range', from: 0, to: 63, count: 64, scale: 'integer' } }],
      ],
      probes: ENDS,
    },
  },
  prevalenceDecay: {
    title: 'Collapse over decay and width',
    note: 'Cross-entropy, K = 4, L = 3: 32 seeds at each of four weight decays and four widths. Collapse is slightly more frequent as λ falls (claim 02.C5). A minute.',
    params: { ...small, depth: 3, steps: budget(0.5, 2 ** -8) },
    sweep: {
      axes: [
        [{ path: 'params.weightDecay', values: { kind: 'list', values: [2 ** -8, 2 ** -7, 2 ** -6, 2 ** -5] } }],
        [{ path: 'params.width', values: { kind: 'list', values: [4, 8, 16, 24] } }],
        [{ path: 'seed', values: { kind: 'range', from: 0, to: 31, count: 32, scale: 'integer' } }],
      ],
      probes: ENDS,
    },
  },
  branches: {
    title: 'Runs over the branches of the gain',
    note: 'Squared error, K = 3, n = 5, L = 3: 16 seeds at each of eleven weight decays, past the one where only zero is left. Every run ends on the upper branch, at some rank, or at zero (theory note 01, F10). Seconds.',
    params: {
      K: 3,
      n: 5,
      width: 10,
      depth: 3,
      initScale: 1,
      learningRate: 0.2,
      gradientTolerance: 1e-8,
      steps: budget(0.2, 0.01),
    },
    sweep: {
      axes: [
        [
          {
            path: 'params.weightDecay',
            values: { kind: 'list', values: [0.01, 0.02, 0.03, 0.04, 0.05, 0.055, 0.06, 0.065, 0.07, 0.08, 0.09] },
          },
        ],
        [{ path: 'seed', values: { kind: 'range', from: 0, to: 15, count: 16, scale: 'integer' } }],
      ],
      probes: ENDS,
    },
  },
  lowRank: {
    title: 'Paper, low rank',
    note: "Cross-entropy, K = 10, L = 2, d = 70; s and steps ours. Garrod & Keating's comparison of collapse with lower rank; they do not state their initial scale. Seconds of training; the full Hessian takes many minutes, so leave it out.",
    params: {
      loss: 'ce',
      K: 10,
      n: 5,
      width: 70,
      depth: 2,
      weightDecay: 2 ** -10,
      initScale: 1,
      learningRate: 0.5,
      steps: 90_000,
      gradientTolerance: 1e-8,
    },
  },
  lowRankRelu: {
    title: 'Paper, low rank with ReLU',
    note: "Cross-entropy, K = 10, L = 3, d = 70; s and steps ours. Garrod & Keating's ReLU model: few singular values of the features survive. Seconds of training; leave the full Hessian out, which takes many minutes.",
    params: {
      loss: 'ce',
      activation: 'relu',
      K: 10,
      n: 5,
      width: 70,
      depth: 3,
      weightDecay: 2 ** -9,
      initScale: 1,
      learningRate: 0.5,
      steps: 45_000,
      gradientTolerance: 1e-8,
    },
  },
  graphs: {
    title: 'Paper, ReLU MSE',
    note: 'K = 10, L = 4, d = 30; n, s and steps ours. Súkeník, Lampert & Mondelli: low rank beats collapse for more than two layers. Compare losses to 5e-4 only. A minute.',
    params: {
      activation: 'relu',
      K: 10,
      n: 1,
      width: 30,
      depth: 4,
      weightDecay: 0.004,
      initScale: 1,
      learningRate: 0.5,
      steps: 12_000,
    },
  },
} satisfies Record<string, Preset>

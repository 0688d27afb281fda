import type { Preset } from '#main/core/system'

/** The small configuration S and the linear configuration of the source. Theory note 01, section 2. */
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
    extraSteps: [300],
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
} satisfies Record<string, Preset>

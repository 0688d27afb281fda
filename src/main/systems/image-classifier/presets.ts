import type { Preset } from '#main/core/system'

/** What both presets share; the settings are ours. */
const digits = {
  K: 5,
  n: 50,
  testSet: 'rest',
  width: 32,
  depth: 4,
  activation: 'relu',
  biases: 'no',
  init: 'he',
  weightDecay: 2e-3,
  learningRate: 0.1,
  schedule: 'cosine',
  warmUp: 0,
  optimiser: 'momentum',
  momentum: 0.9,
  batchSize: 50,
  steps: 6000,
} as const

export const classifierPresets = {
  small: {
    title: 'Small',
    note: 'Digits 0–4, cross-entropy, widths 64–32–32–32–5. To the terminal phase of training, with all spectra, in well under a minute.',
    params: { ...digits, loss: 'ce' },
    demo: true,
  },
  mse: {
    title: 'Squared error',
    note: 'Digits 0–4, widths 64–32–32–32–5. The same network with squared error: the eigenvalues of the last-layer Hessian come K-fold.',
    params: { ...digits, loss: 'mse' },
  },
} satisfies Record<string, Preset>

import { choice, integer, type ParamsOf } from '#shared/params'
import { optimiserChoice, trainingParams } from '../trainingParams'

export const classifierParams = {
  K: integer({
    default: 5,
    min: 2,
    max: 10,
    label: 'Classes',
    symbol: 'K',
    help: 'The digits 0 … K − 1 of the UCI handwritten digits.',
    group: 'data',
  }),
  n: integer({
    default: 50,
    min: 1,
    max: 174,
    label: 'Samples per class',
    symbol: 'n',
    help: 'The first n images of each class in the order of the file; N = K n. The rarest digit has 174.',
    group: 'data',
  }),
  testSet: choice({
    default: 'rest',
    options: [
      { value: 'rest', label: 'all other images' },
      { value: 'none', label: 'none' },
    ],
    label: 'Test set',
    symbol: '',
    help: 'Images of the same classes that are not trained on. Fixed by the order of the file, whatever the seed.',
    group: 'data',
  }),
  width: integer({
    default: 32,
    min: 1,
    max: 2048,
    label: 'Width',
    symbol: 'd',
    help: 'Units of every hidden layer; the input has 64 pixels, the output K.',
  }),
  depth: integer({
    default: 4,
    min: 1,
    max: 20,
    label: 'Depth',
    symbol: 'L',
    help: 'Weight matrices W_1 … W_L, so L − 1 hidden layers.',
  }),
  activation: choice({
    default: 'relu',
    options: [
      { value: 'relu', label: 'ReLU' },
      { value: 'tanh', label: 'tanh' },
    ],
    label: 'Activation',
    symbol: 'φ',
    help: 'Applied after every layer but the last.',
  }),
  biases: choice({
    default: 'no',
    options: [
      { value: 'no', label: 'without' },
      { value: 'yes', label: 'with' },
    ],
    label: 'Biases',
    symbol: 'b',
    help: 'Z_l = W_l H_l (+ b_l). Without them an MSE network has orthogonal class means, with them a simplex.',
  }),
  loss: choice({
    default: 'ce',
    options: [
      { value: 'ce', label: 'cross-entropy' },
      { value: 'mse', label: 'squared error' },
    ],
    label: 'Loss',
    symbol: 'ℓ',
    help: 'Mean of −log softmax, or 1/(2N) ‖F − Y‖² with one-hot targets Y.',
  }),
  init: choice({
    default: 'he',
    options: [
      { value: 'he', label: 'He' },
      { value: 'xavier', label: 'Xavier' },
    ],
    label: 'Initialisation',
    symbol: 'W⁰',
    help: 'Normal with variance 2/d_in (He et al. 2015) or 2/(d_in + d_out) (Glorot & Bengio 2010); biases start at 0.',
    group: 'optimiser',
  }),
  weightDecay: {
    ...trainingParams.weightDecay,
    default: 2e-3,
    help: 'The same for all weights and biases; enters the loss as λ/2 ‖·‖².',
  },
  learningRate: trainingParams.learningRate,
  schedule: { ...trainingParams.schedule, default: 'cosine' },
  warmUp: trainingParams.warmUp,
  optimiser: optimiserChoice(['momentum', 'nesterov', 'adam', 'adamw', 'normalised']),
  momentum: { ...trainingParams.momentum, default: 0.9 },
  batchSize: integer({
    default: 50,
    min: 0,
    max: 1740,
    label: 'Batch size',
    symbol: 'B',
    help: 'Samples of a step; 0 takes the whole training set. A last incomplete batch of an epoch is left out.',
    group: 'optimiser',
  }),
  steps: {
    ...trainingParams.steps,
    default: 6000,
    help: 'Gradient steps; N/B of them are an epoch.',
  },
}

export type ClassifierParams = ParamsOf<typeof classifierParams>

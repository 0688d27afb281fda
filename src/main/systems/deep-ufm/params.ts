import { integer, real, type ParamsOf } from '#shared/params'
import { uniformConfig, type UfmConfig } from './config'

export const ufmParams = {
  K: integer({
    default: 3,
    min: 2,
    max: 100,
    label: 'Classes',
    symbol: 'K',
    help: 'Number of classes.',
    group: 'data',
  }),
  n: integer({
    default: 5,
    min: 1,
    max: 10_000,
    label: 'Samples per class',
    symbol: 'n',
    help: 'All classes have the same size; N = K n. The data loss is divided by N (MSE: by 2N).',
    group: 'data',
  }),
  width: integer({
    default: 10,
    min: 1,
    max: 4096,
    label: 'Width',
    symbol: 'd',
    help: 'Feature dimension of every layer. The closed forms need d ≥ K.',
  }),
  depth: integer({
    default: 3,
    min: 1,
    max: 30,
    label: 'Depth',
    symbol: 'L',
    help: 'Weight matrices after the free features H₁.',
  }),
  weightDecay: real({
    default: 5e-3,
    min: 0,
    max: 10,
    scale: 'log',
    label: 'Weight decay',
    symbol: 'λ',
    help: 'The same for H₁ and every W_l; enters the loss as λ/2 ‖·‖², for H₁ without a factor 1/N.',
    group: 'optimiser',
  }),
  initScale: real({
    default: 1,
    min: 0,
    max: 100,
    scale: 'log',
    label: 'Initial scale',
    symbol: 's',
    help: 'Entries of every factor start as N(0, s²/d_in), d_in the columns of W_l and d for H₁.',
    group: 'optimiser',
  }),
  learningRate: real({
    default: 0.2,
    min: 1e-6,
    max: 100,
    scale: 'log',
    label: 'Learning rate',
    symbol: 'η',
    help: 'Step of full-batch gradient descent on all parameters.',
    group: 'optimiser',
  }),
  steps: integer({
    default: 6000,
    min: 1,
    max: 10_000_000,
    label: 'Steps',
    symbol: 'T',
    help: 'Gradient steps; every step sees all N samples.',
    group: 'optimiser',
  }),
}

export type UfmParams = ParamsOf<typeof ufmParams>

/** The configuration of the theory for a run: equal widths and decays. */
export function configOf({ K, n, width, depth, weightDecay }: UfmParams): UfmConfig {
  return uniformConfig({ K, n, width, depth, lambda: weightDecay })
}

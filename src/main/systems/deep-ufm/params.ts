import { choice, integer, integers, real, reals, type ParamsOf } from '#shared/params'
import { trainingParams } from '../trainingParams'
import type { UfmConfig } from './config'
import { initialisations } from './initialisations'
import type { UfmVariant } from './model'

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
  classSizes: integers({
    default: [],
    min: 1,
    max: 10_000,
    label: 'Class sizes',
    symbol: 'n_c',
    help: 'Samples of each class, instead of n; the last one given holds for the classes after it. The closed forms need equal sizes.',
    group: 'data',
  }),
  loss: choice({
    default: 'mse',
    options: [
      { value: 'mse', label: 'Mean squared error' },
      { value: 'ce', label: 'Cross-entropy' },
    ],
    label: 'Loss',
    symbol: 'g',
    help: '1/(2N) ‖F − Y‖² against the one-hot targets, or 1/N Σ −log softmax(F) of the own class.',
  }),
  activation: choice({
    default: 'linear',
    options: [
      { value: 'linear', label: 'Linear' },
      { value: 'relu', label: 'ReLU' },
    ],
    label: 'Activation',
    symbol: 'σ',
    help: 'After W₁ … W_{L−1}; never on the features H₁ nor on the output.',
  }),
  width: integer({
    default: 10,
    min: 1,
    max: 4096,
    label: 'Width',
    symbol: 'd',
    help: 'Feature dimension of every layer. The closed forms need d ≥ K.',
  }),
  widths: integers({
    default: [],
    min: 1,
    max: 4096,
    maxLength: 30,
    label: 'Widths of the layers',
    symbol: 'd_l',
    help: 'd₁ … d_L instead of d; the last one given holds for the layers above it.',
  }),
  depth: integer({
    default: 3,
    min: 1,
    max: 30,
    label: 'Depth',
    symbol: 'L',
    help: 'Weight matrices after the free features H₁.',
  }),
  weightDecay: {
    ...trainingParams.weightDecay,
    default: 5e-3,
    help: 'The same for H₁ and every W_l; enters the loss as λ/2 ‖·‖², for H₁ without a factor 1/N.',
  },
  weightDecays: reals({
    default: [],
    min: 0,
    max: 10,
    maxLength: 31,
    label: 'Weight decays of the factors',
    symbol: 'λ_l',
    help: 'λ_H, λ₁ … λ_L instead of λ; the last one given holds for the layers above it.',
    group: 'optimiser',
  }),
  init: choice({
    default: 'gaussian',
    options: Object.entries(initialisations).map(([value, { label }]) => ({ value, label })),
    label: 'Initialisation',
    symbol: 'θ₀',
    help: Object.values(initialisations)
      .map(({ label, help }) => `${label}: ${help}`)
      .join(' '),
    group: 'optimiser',
  }),
  initScale: real({
    default: 1,
    min: 0,
    max: 100,
    scale: 'log',
    label: 'Initial scale',
    symbol: 's',
    help: 'Entries of every factor start as N(0, s²/d_in), d_in the columns of W_l and d for H₁; other initialisations say what s is there.',
    group: 'optimiser',
  }),
  initPhase: real({
    default: 0,
    min: 0,
    max: 100,
    label: 'Phase of the formula',
    symbol: 'φ',
    help: 'Only for the initialisation by formula: s sin(φ + l + 0.8 k + 0.13 k²).',
    group: 'optimiser',
  }),
  learningRate: {
    ...trainingParams.learningRate,
    default: 0.2,
    help: 'Step of full-batch gradient descent on all parameters.',
  },
  steps: { ...trainingParams.steps, default: 6000, help: 'Gradient steps; every step sees all N samples.' },
  gradientTolerance: real({
    default: 0,
    min: 0,
    max: 1,
    scale: 'log',
    label: 'Stop below this gradient norm',
    symbol: 'ε',
    help: 'The run ends, before its last step, once ‖∇L‖ is below ε; looked at every 200 steps. 0: never.',
    group: 'optimiser',
  }),
}

export type UfmParams = ParamsOf<typeof ufmParams>

/** The configuration of a run: lists where they are given, else the one value for all. */
export function configOf({ K, n, classSizes, width, widths, depth, weightDecay, weightDecays }: UfmParams): UfmConfig {
  const [lamH = weightDecay, ...lamW] = extended(weightDecays, depth + 1, weightDecay)
  const sizes = extended(classSizes, K, n)
  const balanced = sizes.every((size) => size === sizes[0])
  return {
    K,
    n: sizes[0] ?? n,
    ...(balanced ? {} : { classSizes: sizes }),
    widths: extended(widths, depth, width),
    lamH,
    lamW,
  }
}

export function variantOf({ loss, activation }: UfmParams): UfmVariant {
  return { loss: loss === 'ce' ? 'ce' : 'mse', activation: activation === 'relu' ? 'relu' : 'linear' }
}

/** `length` values: the given ones, the last of them repeated; the fallback where none is given. */
function extended(given: readonly number[], length: number, fallback: number): number[] {
  return Array.from({ length }, (_, i) => given[i] ?? given.at(-1) ?? fallback)
}

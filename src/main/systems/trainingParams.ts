import { choice, integer, real } from '#shared/params'
import { adam, heavyBall, NORMALISED_DESCENT, type OptimiserSpec } from '#main/core/optimiser'
import { constantRate, cosineRate, stepRate, warmedUp, type LearningRate } from '#main/train/schedules'

const group = 'optimiser'

/** Parameters of training that systems share; each spreads them with defaults and help of its own. */
export const trainingParams = {
  learningRate: real({
    default: 0.1,
    min: 1e-6,
    max: 100,
    scale: 'log',
    label: 'Learning rate',
    symbol: 'η',
    help: 'Of every step, or of the first where a schedule follows.',
    group,
  }),
  steps: integer({
    default: 1500,
    min: 1,
    max: 10_000_000,
    label: 'Steps',
    symbol: 'T',
    help: 'Gradient steps; every step sees all samples.',
    group,
  }),
  weightDecay: real({
    default: 0,
    min: 0,
    max: 10,
    scale: 'log',
    label: 'Weight decay',
    symbol: 'λ',
    help: 'The same for all trained arrays; enters the loss as λ/2 ‖·‖².',
    group,
  }),
  momentum: real({
    default: 0,
    min: 0,
    max: 0.999,
    label: 'Momentum',
    symbol: 'μ',
    help: 'Heavy ball: v ← μ v + ∇L, θ ← θ − η v. 0 is plain gradient descent. Not used by Adam and normalised steps.',
    group,
  }),
  schedule: choice({
    default: 'constant',
    options: [
      { value: 'constant', label: 'constant' },
      { value: 'step', label: 'divided by 10 at 1/3 and 2/3 of the steps' },
      { value: 'cosine', label: 'cosine to 0' },
    ],
    label: 'Schedule',
    symbol: 'η(step)',
    help: 'How the learning rate changes over the run, after the warm-up.',
    group,
  }),
  warmUp: integer({
    default: 0,
    min: 0,
    max: 10_000_000,
    label: 'Warm-up steps',
    symbol: 'T_w',
    help: 'The learning rate first rises in equal parts, η/T_w at the first step, η at the last of them.',
    group,
  }),
} as const

const OPTIMISERS = {
  momentum: { label: 'gradient descent, heavy ball', spec: heavyBall },
  nesterov: { label: 'Nesterov', spec: (momentum) => ({ kind: 'nesterov', momentum }) },
  adam: { label: 'Adam', spec: () => adam('coupled') },
  adamw: { label: 'AdamW', spec: () => adam('decoupled') },
  normalised: { label: 'normalised gradient descent', spec: () => NORMALISED_DESCENT },
} satisfies Record<string, { label: string; spec: (momentum: number) => OptimiserSpec }>
export type OptimiserName = keyof typeof OPTIMISERS

/** The choice between some optimisers; the first is the default. */
export function optimiserChoice(names: readonly [OptimiserName, ...OptimiserName[]]) {
  return choice({
    default: names[0],
    options: names.map((value) => ({ value, label: OPTIMISERS[value].label })),
    label: 'Optimiser',
    symbol: '',
    help:
      "Nesterov in PyTorch's form: θ ← θ − η (∇L + μ v). Adam: β₁ = 0.9, β₂ = 0.999, ϵ = 1e-8, the gradient includes " +
      'weight decay; AdamW takes η λ θ off beside, so that its decay is no term of the loss. Normalised: a step of ' +
      'length η min(0.01 ρ, 0.3/(L ‖F‖^{1−1/L})) along the gradient, ρ the root mean square of ‖W_l‖_F; meant for η = 1.',
    group,
  })
}

/** @param optimiser a value of `optimiserChoice` */
export function optimiserOf({ optimiser, momentum }: { optimiser: string; momentum: number }): OptimiserSpec {
  return isOptimiser(optimiser) ? OPTIMISERS[optimiser].spec(momentum) : heavyBall(momentum)
}

function isOptimiser(name: string): name is OptimiserName {
  return Object.hasOwn(OPTIMISERS, name)
}

/** η over a run: the warm-up, then the schedule over the steps that are left. */
export function learningRateOf(given: {
  schedule: string
  learningRate: number
  steps: number
  warmUp: number
}): LearningRate {
  const { schedule, learningRate, warmUp } = given
  const steps = Math.max(1, given.steps - warmUp)
  const rate =
    schedule === 'step'
      ? stepRate(learningRate, steps, [1 / 3, 2 / 3], 0.1)
      : schedule === 'cosine'
        ? cosineRate(learningRate, steps)
        : constantRate(learningRate)
  return warmedUp(rate, warmUp)
}

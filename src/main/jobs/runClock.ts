import type { QuantityDefinition } from '#shared/records'
import { scalarMeasurement, type Measurement } from '../core/probe'
import type { TrainingRecipe } from '../core/system'

const definition = { kind: 'scalar', scale: 'linear', perLayer: false } as const

/** What every run records beside its probes: axes on which runs can be compared that differ in rate, batch or machine. */
export const clockQuantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'flowTime',
    label: 'flow time',
    symbol: 'τ',
    unit: '',
    help: 'The time of gradient flow that the steps have covered; η · step at a constant rate.',
    formula: 'τ = Σ_{s < step} η(s)',
    source: 'Elementary; a step is an Euler step of gradient flow Ẇ = −∇L over the time η',
  },
  {
    ...definition,
    id: 'epoch',
    label: 'epoch',
    symbol: '',
    unit: '',
    help: 'How often the training set was gone through; each full-batch step is one. Not recorded where every step draws fresh samples.',
    formula: 'step · B / N, with batches of B of N training samples',
    source: 'Elementary; counted by the training loop',
  },
  {
    ...definition,
    kind: 'clock',
    id: 'wallTime',
    label: 'wall time',
    symbol: '',
    unit: 's',
    help: 'Time since training began in this process, measuring included, and all runs included where several train as one program. Differs from machine to machine and from repetition to repetition.',
    formula: 'now − start',
    source: 'Elementary; read from the monotonic clock of the process',
  },
]

/** The clocks of one run. They read; nothing that is trained depends on them. */
export class RunClock {
  readonly #started = performance.now()
  #step = 0
  #flowTime = 0

  /** @param samples N of the training set */
  constructor(
    readonly recipe: Pick<TrainingRecipe, 'learningRate' | 'batchSize' | 'freshSamples'>,
    readonly samples: number,
  ) {}

  /** @param step not below that of the call before */
  at(step: number): Measurement[] {
    while (this.#step < step) this.#flowTime += this.recipe.learningRate(this.#step++)
    const { batchSize, freshSamples } = this.recipe
    const epoch = batchSize === null ? step : (step * batchSize) / this.samples
    return [
      scalarMeasurement('flowTime', this.#flowTime),
      // Fresh samples are of no training set that could be gone through.
      ...(freshSamples ? [] : [scalarMeasurement('epoch', epoch)]),
      scalarMeasurement('wallTime', (performance.now() - this.#started) / 1000),
    ]
  }
}

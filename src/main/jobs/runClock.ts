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
    help: 'τ = Σ_{s < step} η(s), the time of gradient flow that the steps have covered; η · step at a constant rate.',
  },
  {
    ...definition,
    id: 'epoch',
    label: 'epoch',
    symbol: '',
    unit: '',
    help: 'step · B/N for batches of B of N training samples; each full-batch step is one.',
  },
  {
    ...definition,
    kind: 'clock',
    id: 'wallTime',
    label: 'wall time',
    symbol: '',
    unit: 's',
    help: 'Seconds since training began in this process, measuring included. Differs from machine to machine and from repetition to repetition.',
  },
]

/** The clocks of one run. They read; nothing that is trained depends on them. */
export class RunClock {
  readonly #started = performance.now()
  #step = 0
  #flowTime = 0

  /** @param samples N of the training set */
  constructor(
    readonly recipe: Pick<TrainingRecipe, 'learningRate' | 'batchSize'>,
    readonly samples: number,
  ) {}

  /** @param step not below that of the call before */
  at(step: number): Measurement[] {
    while (this.#step < step) this.#flowTime += this.recipe.learningRate(this.#step++)
    const { batchSize } = this.recipe
    return [
      scalarMeasurement('flowTime', this.#flowTime),
      scalarMeasurement('epoch', batchSize === null ? step : (step * batchSize) / this.samples),
      scalarMeasurement('wallTime', (performance.now() - this.#started) / 1000),
    ]
  }
}

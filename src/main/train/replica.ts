import type { Random } from '../compute/rng/random'
import type { OptimiserSpec } from '../core/optimiser'
import type { ParameterArrays } from '../core/snapshot'
import type { LearningRate } from './schedules'

/** What one of many runs of the same model and data has of its own. */
export interface Replica {
  readonly initial: ParameterArrays
  /** η at a step counted from 0. */
  readonly learningRate: LearningRate
  readonly optimiser: OptimiserSpec
  /** λ of each parameter in the order of the model, if they are not the model's. */
  readonly weightDecays?: readonly number[]
  /** Streams of this run: the order of its mini-batches. */
  readonly random: Random
  /** Handed to snapshots for randomised estimates. */
  readonly seed: number
}

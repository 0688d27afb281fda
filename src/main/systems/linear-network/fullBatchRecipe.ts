import type { TrainingRecipe } from '#main/core/system'
import { constantRate } from '#main/train/schedules'
import { optimiserOf } from '../trainingParams'

export interface FullBatchSettings {
  readonly steps: number
  readonly learningRate: number
  readonly momentum: number
  /** As `optimiserChoice` has it; the heavy ball when not given. */
  readonly optimiser?: string
}

/** Full-batch steps at a constant rate. */
export function fullBatchRecipe(given: FullBatchSettings): TrainingRecipe {
  const { steps, learningRate, momentum, optimiser = 'momentum' } = given
  return {
    steps,
    learningRate: constantRate(learningRate),
    optimiser: optimiserOf({ optimiser, momentum }),
    batchSize: null,
  }
}

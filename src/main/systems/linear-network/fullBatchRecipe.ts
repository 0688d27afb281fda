import type { TrainingRecipe } from '#main/core/system'
import { constantRate } from '#main/train/schedules'

/** Full-batch gradient descent or heavy ball at a constant rate. */
export function fullBatchRecipe(given: { steps: number; learningRate: number; momentum: number }): TrainingRecipe {
  const { steps, learningRate, momentum } = given
  return { steps, learningRate: constantRate(learningRate), momentum, batchSize: null }
}

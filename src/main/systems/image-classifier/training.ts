import type { TrainingRecipe } from '#main/core/system'
import { learningRateOf, optimiserOf } from '../trainingParams'
import type { ClassifierParams } from './params'

/** A batch size of 0 takes full-batch steps. */
export function classifierTraining(params: ClassifierParams): TrainingRecipe {
  const { steps, batchSize } = params
  return {
    steps,
    learningRate: learningRateOf(params),
    optimiser: optimiserOf(params),
    batchSize: batchSize === 0 ? null : batchSize,
  }
}

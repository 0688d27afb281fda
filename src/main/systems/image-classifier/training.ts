import type { TrainingRecipe } from '#main/core/system'
import { constantRate, cosineRate, stepRate, type LearningRate } from '#main/train/schedules'
import type { ClassifierParams } from './params'

/** SGD with momentum; a batch size of 0 takes full-batch steps. */
export function classifierTraining(params: ClassifierParams): TrainingRecipe {
  const { steps, momentum, batchSize } = params
  return { steps, learningRate: rateOf(params), momentum, batchSize: batchSize === 0 ? null : batchSize }
}

function rateOf({ schedule, learningRate, steps }: ClassifierParams): LearningRate {
  if (schedule === 'step') return stepRate(learningRate, steps, [1 / 3, 2 / 3], 0.1)
  return schedule === 'cosine' ? cosineRate(learningRate, steps) : constantRate(learningRate)
}

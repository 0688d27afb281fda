import { createBackend } from '#main/compute/backends/select'
import { random } from '#main/compute/rng/random'
import type { Dataset, Model } from '#main/core/model'
import type { ParameterArrays, Snapshot } from '#main/core/snapshot'
import { Training } from '#main/train/training'
import { fullBatchRecipe, type FullBatchSettings } from './fullBatchRecipe'

/** A model with its data and weights: all that full-batch training without random numbers starts from. */
export interface Start {
  readonly model: Model
  readonly data: Dataset
  readonly initial: ParameterArrays
}

/** Full-batch steps at a constant rate, gradient descent by default; gives the memory back however `use` ends. */
export async function withTraining<T>(
  start: Start,
  settings: Pick<FullBatchSettings, 'learningRate'> & Partial<FullBatchSettings>,
  use: (training: Training) => Promise<T>,
): Promise<T> {
  const backend = await createBackend()
  const recipe = fullBatchRecipe({ momentum: 0, ...settings, steps: Infinity })
  try {
    const training = new Training({ ...start, recipe, backend, random: random(0, 'full-batch'), seed: 0 })
    try {
      return await use(training)
    } finally {
      training.dispose()
    }
  } finally {
    backend.dispose()
  }
}

/** The quantities of one state. */
export function withSnapshot<T>(start: Start, use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  return withTraining(start, { learningRate: 0 }, (training) => use(training.snapshot(true)))
}

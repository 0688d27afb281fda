import type { Dtype } from '#main/compute/backends/backend'
import { createBackend } from '#main/compute/backends/select'
import { random } from '#main/compute/rng/random'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import type { Snapshot } from '#main/core/snapshot'
import type { TrainingRecipe } from '#main/core/system'
import { Training } from '#main/train/training'
import type { UfmConfig } from '../config'
import type { UfmParameters } from '../dncParameters'
import { ufmData, ufmModel, type UfmVariant } from '../model'

/** A point in the parameter space of one model. */
export interface UfmState {
  readonly config: UfmConfig
  readonly variant: UfmVariant
  readonly parameters: UfmParameters
}

export const LINEAR_MSE: UfmVariant = { loss: 'mse', activation: 'linear' }

/** Trains from given parameters, without random numbers, and gives the memory back however `use` ends. */
export async function withTraining<T>(
  { config, variant, parameters }: UfmState,
  recipe: Pick<TrainingRecipe, 'learningRate' | 'optimiser'>,
  use: (training: Training) => Promise<T>,
  dtype: Dtype = 'float64',
): Promise<T> {
  const backend = await createBackend({ dtype })
  try {
    const training = new Training({
      model: ufmModel(config, variant),
      data: ufmData(config),
      initial: parameters,
      recipe: { ...recipe, steps: Infinity, batchSize: null },
      backend,
      random: random(0, 'full-batch'),
      seed: 0,
    })
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
export function withSnapshot<T>(
  state: UfmState,
  use: (snapshot: Snapshot) => Promise<T>,
  dtype: Dtype = 'float64',
): Promise<T> {
  const recipe = { learningRate: () => 0, optimiser: GRADIENT_DESCENT }
  return withTraining(state, recipe, (training) => use(training.snapshot(true)), dtype)
}

import type { Prediction } from '#shared/records'
import type { RunSpec } from '#shared/spec'
import type { Backend } from '../compute/backends/backend'
import { random } from '../compute/rng/random'
import type { TrainingRecipe, Resources } from '../core/system'
import type { Model } from '../core/model'
import { systemById } from '../systems/registry'
import { Training } from '../train/training'
import { runParams } from './matrixParams'

/**
 * The training that a spec describes, at step 0.
 *
 * @throws LabError 'bad-input' for parameters or data that are not acceptable
 */
export function trainingOf(
  spec: RunSpec,
  resources: Resources,
  backend: Backend,
): {
  readonly training: Training
  readonly model: Model
  readonly recipe: TrainingRecipe
  predictions(): readonly Prediction[]
} {
  const system = systemById(spec.system)
  const params = runParams(system, spec, resources)
  const [model, recipe] = [system.model(params), system.training(params)]
  const root = random(spec.seed, 'run')
  const training = new Training({
    model,
    data: system.data(params, resources),
    initial: system.initial(params, root.derive('initial')),
    recipe,
    backend,
    random: root.derive('training'),
    seed: spec.seed,
    sampleCompression: spec.backend.sampleCompression,
  })
  return { training, model, recipe, predictions: () => system.theory(params) }
}

import { GRADIENT_DESCENT } from '../src/main/core/optimiser'
import type { Backend } from '../src/main/compute/backends/backend'
import { random } from '../src/main/compute/rng/random'
import { uniformConfig } from '../src/main/systems/deep-ufm/config'
import { initialParameters } from '../src/main/systems/deep-ufm/initial'
import { ufmData, ufmModel } from '../src/main/systems/deep-ufm/model'
import { Training } from '../src/main/train/training'

/** L trainable d × d matrices, a K × d head, and d × N free features, N = K n. */
export interface UfmCase {
  readonly L: number
  readonly d: number
  readonly K: number
  readonly n: number
}

/** Gradient descent on all parameters of the linear UFM: squared error, weight decay. */
export function startTraining({ L, d, K, n }: UfmCase, backend: Backend): Training {
  const config = uniformConfig({ K, n, depth: L + 1, width: d, lambda: 5e-3 })
  const root = random(0, 'bench')
  return new Training({
    model: ufmModel(config, { loss: 'mse', activation: 'linear' }),
    data: ufmData(config),
    initial: initialParameters(config, 1, root),
    recipe: { steps: Infinity, learningRate: () => 0.05, optimiser: GRADIENT_DESCENT, batchSize: null },
    backend,
    random: root,
    seed: 0,
  })
}

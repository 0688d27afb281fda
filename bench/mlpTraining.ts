import type { Backend } from '../src/main/compute/backends/backend'
import { matrix } from '../src/main/compute/matrix'
import { random } from '../src/main/compute/rng/random'
import type { Dataset } from '../src/main/core/model'
import { GRADIENT_DESCENT } from '../src/main/core/optimiser'
import { initialParameters } from '../src/main/systems/image-classifier/initial'
import { classifierModel } from '../src/main/systems/image-classifier/model'
import { classifierParams } from '../src/main/systems/image-classifier/params'
import { Training } from '../src/main/train/training'
import { defaultsOf } from '../src/shared/params'

export const MLP = { K: 10, width: 128, depth: 3, samples: 1797 }

/** 64-128-128-10 with biases, ReLU and cross-entropy, on as many samples as the digits have. */
export function startMlp(backend: Backend): Training {
  const { K, width, depth, samples } = MLP
  const params = { ...defaultsOf(classifierParams), K, width, depth, loss: 'ce', activation: 'relu', biases: 'yes' }
  const root = random(0, 'bench')
  return new Training({
    model: classifierModel(params),
    data: randomImages(K, samples),
    initial: initialParameters(params, root),
    recipe: { steps: Infinity, learningRate: () => 0.05, optimiser: GRADIENT_DESCENT, batchSize: null },
    backend,
    random: root,
    seed: 0,
  })
}

/** Their values do not matter for speed. */
function randomImages(K: number, samples: number): Dataset {
  const targets = matrix(K, samples)
  for (let i = 0; i < samples; i++) targets.data[(i % K) * samples + i] = 1
  const inputs = matrix(64, samples, random(0, 'images').normal(64 * samples))
  return { train: { inputs, targets, classSizes: [] }, test: null }
}

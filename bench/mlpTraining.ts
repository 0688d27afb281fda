import { GRADIENT_DESCENT } from '../src/main/core/optimiser'
import type { Backend } from '../src/main/compute/backends/backend'
import { matrix } from '../src/main/compute/matrix'
import { random } from '../src/main/compute/rng/random'
import type { Dataset } from '../src/main/core/model'
import { defaultsOf } from '../src/shared/params'
import { initialParameters } from '../src/main/systems/image-classifier/initial'
import { classifierModel } from '../src/main/systems/image-classifier/model'
import { classifierParams } from '../src/main/systems/image-classifier/params'
import { Training } from '../src/main/train/training'

const [K, PIXELS] = [10, 64]

/** depth − 1 hidden layers of one width between 64 pixels and 10 classes. */
export interface MlpCase {
  readonly width: number
  readonly depth: number
}

/** As many samples as the digits have. */
export const SAMPLES = 1797

/** '64-128-128-10' */
export function layersOf({ width, depth }: MlpCase): string {
  return [PIXELS, ...Array.from({ length: depth - 1 }, () => width), K].join('-')
}

/** With biases, ReLU and cross-entropy, on samples whose values do not matter for speed. */
export function startMlp({ width, depth }: MlpCase, backend: Backend): Training {
  const params = { ...defaultsOf(classifierParams), K, width, depth, loss: 'ce', activation: 'relu', biases: 'yes' }
  const root = random(0, 'bench')
  return new Training({
    model: classifierModel(params),
    data: randomImages(),
    initial: initialParameters(params, root),
    recipe: { steps: Infinity, learningRate: () => 0.05, optimiser: GRADIENT_DESCENT, batchSize: null },
    backend,
    random: root,
    seed: 0,
  })
}

function randomImages(): Dataset {
  const targets = matrix(K, SAMPLES)
  for (let i = 0; i < SAMPLES; i++) targets.data[(i % K) * SAMPLES + i] = 1
  const inputs = matrix(PIXELS, SAMPLES, random(0, 'images').normal(PIXELS * SAMPLES))
  return { train: { inputs, targets, classSizes: [] }, test: null }
}

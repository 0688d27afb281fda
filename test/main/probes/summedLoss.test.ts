import { describe, expect, it } from 'vitest'
import { dot } from '#main/compute/linalg/index'
import { createBackend } from '#main/compute/backends/select'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import { layerBlock } from '#main/probes/layerBlock'
import { layerDecomposition } from '#main/probes/classDecomposition'
import { denseSpectrum } from '#main/spectra/index'
import { linearModel } from '#main/systems/linear-network/linearModel'
import { Training } from '#main/train/training'
import { expectClose } from '../../helpers/expectClose'

const draw = (name: string, n: number) => random(11, name).normal(n)

/** A network of widths 8, 9, 3 on 3 samples whose loss is c/2 ‖Z − Y‖², at a random point. */
async function snapshotOf(lossFactor: number, reluLayers: number) {
  const model = linearModel({ widths: [8, 9, 3], weightDecay: 0, lossFactor, reluLayers })
  const training = new Training({
    model,
    data: {
      train: {
        inputs: matrix(8, 3, draw('X', 24)),
        targets: matrix(3, 3, draw('Y', 9)),
        classSizes: [1, 1, 1],
      },
      test: null,
    },
    initial: { W1: draw('W1', 72), W2: draw('W2', 27) },
    recipe: { steps: 1, learningRate: () => 0, optimiser: GRADIENT_DESCENT, batchSize: null },
    backend: await createBackend({ blas: 'embedded' }),
    random: random(0, 'training'),
    seed: 0,
  })
  return training.snapshot()
}

describe.each([
  { route: 'kronecker', reluLayers: 0 },
  { route: 'gram', reluLayers: 1 },
])('the $route route', ({ route, reluLayers }) => {
  it.each([1, 1 / 3, 0.7])('agrees with Hessian-vector products where each sample weighs %f', async (lossFactor) => {
    const snapshot = await snapshotOf(lossFactor, reluLayers)
    for (const state of await snapshot.layers()) {
      const block = await layerBlock(snapshot, state, new AbortController().signal)
      expect(block.meta.method).toBe(route)
      const direct = await denseSpectrum(snapshot.hessian('data', [`W${state.layer}`]))
      expectClose(block.eigenvalues, direct.values, { rtol: 1e-10, atol: 1e-11 })
      const trace = direct.values.reduce((sum, value) => sum + value, 0)
      const terms = await layerDecomposition(snapshot, state.layer)
      const squared = [terms.class, terms.cross, terms.within].reduce((sum, { data }) => sum + dot(data, data), 0)
      expectClose(squared, trace, { rtol: 1e-10 })
    }
  })
})

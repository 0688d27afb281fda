import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseParams } from '#shared/params'
import type { Backend } from '#main/compute/backends/backend'
import { createBackend } from '#main/compute/backends/select'
import { heavyBall } from '#main/core/optimiser'
import { random } from '#main/compute/rng/random'
import { folderResources } from '#main/jobs/folderResources'
import { extremeEigenpairs } from '#main/spectra/extremeEigenpairs'
import { lanczos } from '#main/spectra/lanczos'
import { systemById } from '#main/systems/registry'
import { Training } from '#main/train/training'
import { expectClose } from '../helpers/expectClose'

let backend: Backend
let training: Training

/** 64-128-128-10 on the digits, 174 of each class, after 300 full-batch steps. */
beforeAll(async () => {
  backend = await createBackend()
  const system = systemById('image-classifier')
  const architecture = { K: 10, n: 174, width: 128, depth: 3, loss: 'ce', activation: 'relu', biases: 'yes' }
  const params = parseParams(system.params, architecture)
  const root = random(0, 'run')
  training = new Training({
    model: system.model(params),
    data: system.data(params, folderResources('resources/data')),
    initial: system.initial(params, root.derive('initial')),
    recipe: { steps: 300, learningRate: () => 0.1, optimiser: heavyBall(0.9), batchSize: null },
    backend,
    random: root.derive('training'),
    seed: 0,
  })
  while (training.step < 300) training.advance()
})

afterAll(() => {
  training.dispose()
  backend.dispose()
})

it('top 20 of the MLP to 1e-10 within 64 products, the look for more included, from five starts', async () => {
  const operator = training.snapshot().hessian('data')
  expect(operator.n).toBe(26_122)
  // Three times as many steps as the 20 need: their Ritz values no longer move.
  const reference = await lanczos(operator, { steps: 160, start: random(9, 'reference').normal(operator.n) })
  const expected = reference.nodes.toReversed().subarray(0, 20)
  for (const seed of [0, 1, 2, 3, 4]) {
    const { top, products, stopped } = await extremeEigenpairs(operator, { top: 20, method: 'lanczos', seed })
    expect(stopped).toBe('done')
    expect(products).toBeLessThanOrEqual(64)
    expectClose(top.map((pair) => pair.value), expected, { rtol: 1e-10 }) // prettier-ignore
    expect(top.every((pair) => pair.recomputed && pair.converged)).toBe(true)
  }
})

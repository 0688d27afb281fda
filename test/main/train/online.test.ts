import { describe, expect, it } from 'vitest'
import { matrix } from '#main/compute/matrix'
import { random, type Random } from '#main/compute/rng/random'
import { heavyBall } from '#main/core/optimiser'
import type { SampleSource, TrainingRecipe } from '#main/core/system'
import { linearModel } from '#main/systems/linear-network/linearModel'
import { ReplicatedTraining } from '#main/train/replicatedTraining'
import { constantRate } from '#main/train/schedules'
import { Training, type TrainingOptions } from '#main/train/training'
import { embeddedBackend } from '../../helpers/evaluate'
import { expectClose } from '../../helpers/expectClose'

const [D, K, B, STEPS] = [3, 2, 4, 12]
const ETA = 0.05

/** x normal, y = (x₁ + x₂, −x₃). */
const source: SampleSource = {
  draw(stream, inputs, targets) {
    const X = inputs!
    X.data.set(stream.normal(D * B))
    for (let i = 0; i < B; i++) {
      targets.data[i] = X.data[i]! + X.data[B + i]!
      targets.data[B + i] = -X.data[2 * B + i]!
    }
  },
}
const recipe: TrainingRecipe = {
  steps: STEPS,
  learningRate: constantRate(ETA),
  optimiser: heavyBall(0.5),
  batchSize: B,
  freshSamples: source,
}
/** What is measured on; online training never steps on it. */
const data = {
  train: { inputs: matrix(D, 5, random(9, 'measured').normal(D * 5)), targets: matrix(K, 5), classSizes: [5] },
  test: null,
}
const initial = (seed: number) => ({ W1: random(seed, 'initial').normal(K * D) })

async function optionsOf(seed: number): Promise<TrainingOptions> {
  const model = linearModel({ widths: [D, K], weightDecay: 0 })
  return { model, data, initial: initial(seed), recipe, backend: await embeddedBackend(), random: random(seed, 'training'), seed } // prettier-ignore
}

async function trained(options: TrainingOptions, steps = STEPS): Promise<Training> {
  const training = new Training(options)
  while (training.step < steps) training.advance()
  return training
}

/** W ← W − η V, V ← μ V + (W X − Y) Xᵀ on the samples of each step, drawn from its own stream. */
function reference(stream: Random, W: Float64Array): Float64Array {
  const V = new Float64Array(W.length)
  for (let step = 0; step < STEPS; step++) {
    const [X, Y] = [matrix(D, B), matrix(K, B)]
    source.draw(stream.derive('batches').derive(`step ${step}`), X, Y)
    const error = (k: number, i: number) => {
      let sum = -Y.data[k * B + i]!
      for (let j = 0; j < D; j++) sum += W[k * D + j]! * X.data[j * B + i]!
      return sum
    }
    const gradient = W.map((_, at) => {
      const [k, j] = [Math.floor(at / D), at % D]
      let sum = 0
      for (let i = 0; i < B; i++) sum += error(k, i) * X.data[j * B + i]!
      return sum
    })
    V.forEach((v, at) => (V[at] = 0.5 * v + gradient[at]!))
    W = W.map((w, at) => w - ETA * V[at]!)
  }
  return W
}

describe('online training', () => {
  it('steps on samples that every step draws from a stream of its own', async () => {
    const options = await optionsOf(1)
    const { W1 } = await (await trained(options)).snapshot().parameters()
    // Some hundred rounded operations of order 1.
    expectClose(W1!, reference(random(1, 'training'), initial(1).W1), { rtol: 1e-12, atol: 1e-13 })
  })

  it('goes on from any state with the same samples', async () => {
    const options = await optionsOf(1)
    const end = await (await trained(options)).checkpoint()
    for (const cut of [0, 5, 11]) {
      const resumed = new Training(options)
      resumed.resume(await (await trained(options, cut)).checkpoint())
      while (resumed.step < STEPS) resumed.advance()
      expect(await resumed.checkpoint()).toEqual(end)
    }
  })

  it('gives replicas the samples of their own runs, or all of them the same', async () => {
    const all = await Promise.all([1, 2, 3].map(optionsOf))
    const replicas = all.map(({ initial: own, random: stream, seed }) => ({
      ...recipe,
      initial: own,
      random: stream,
      seed,
    }))
    const together = new ReplicatedTraining({ ...all[0]!, ...recipe, replicas, sharedOrder: null })
    together.advance(STEPS)
    const ends = await together.parameters()
    for (const [r, options] of all.entries()) {
      expect(ends[r]).toEqual(await (await trained(options)).snapshot().parameters())
    }
    const shared = random(1, 'training').derive('batches')
    const alike = new ReplicatedTraining({ ...all[0]!, ...recipe, replicas, sharedOrder: shared })
    alike.advance(STEPS)
    expect((await alike.parameters())[0]).toEqual(ends[0])
    expect((await alike.parameters())[1]).not.toEqual(ends[1])
  })

  it('has to be told how many samples a step draws', async () => {
    const options = await optionsOf(1)
    expect(() => new Training({ ...options, recipe: { ...recipe, batchSize: null } })).toThrow(/no batch size/)
  })
})

import { describe, expect, it } from 'vitest'
import { createBackend } from '#main/compute/backends/select'
import { sizeOf } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import type { Dataset, Model } from '#main/core/model'
import { GRADIENT_DESCENT, heavyBall, type OptimiserSpec } from '#main/core/optimiser'
import type { ParameterArrays } from '#main/core/snapshot'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { initialParameters as ufmParameters } from '#main/systems/deep-ufm/initial'
import { ufmData, ufmModel } from '#main/systems/deep-ufm/model'
import { initialParameters as classifierParameters } from '#main/systems/image-classifier/initial'
import { classifierModel } from '#main/systems/image-classifier/model'
import { classifierParams } from '#main/systems/image-classifier/params'
import type { Replica } from '#main/train/replica'
import { ReplicatedTraining, type ReplicatedTrainingOptions } from '#main/train/replicatedTraining'
import { constantRate, cosineRate } from '#main/train/schedules'
import { Training } from '#main/train/training'
import { defaultsOf } from '#shared/params'
import { embeddedBackend } from '../../helpers/evaluate'
import { optimisers } from '../../helpers/optimisers'

interface Experiment {
  readonly model: Model
  readonly data: Dataset
  initial(seed: number): ParameterArrays
}

// Odd sizes everywhere: parts of a stack that do not fill whole vectors are where replicas could touch each other.
const config = uniformConfig({ K: 3, n: 3, depth: 3, width: 5, lambda: 0.01 })

function ufm(loss: 'mse' | 'ce', activation: 'linear' | 'relu'): Experiment {
  return {
    model: ufmModel(config, { loss, activation }),
    data: ufmData(config),
    initial: (seed) => ufmParameters(config, 0.5 + 0.1 * seed, random(seed, 'initial')),
  }
}

function classifier(loss: 'mse' | 'ce', activation: 'relu' | 'tanh', biases: 'yes' | 'no'): Experiment {
  const [K, N] = [3, 15]
  const params = { ...defaultsOf(classifierParams), K, width: 7, depth: 3, loss, activation, biases }
  const targets = matrix(K, N)
  for (let i = 0; i < N; i++) targets.data[(i % K) * N + i] = 1
  const inputs = matrix(64, N, random(0, 'images').normal(64 * N))
  return {
    model: classifierModel(params),
    data: { train: { inputs, targets, classSizes: [] }, test: null },
    initial: (seed) => classifierParameters(params, random(seed, 'initial')),
  }
}

/** Kernels 3 × 1 × 3 × 3 on 4 × 4 images, relu, maxima of 2 × 2, head: cross-entropy. */
function convNet(): Experiment {
  const { data, model } = classifier('ce', 'relu', 'no')
  const inputs = matrix(16, 15, random(0, 'images').normal(16 * 15))
  const parameters = [
    { name: 'C1', shape: [3, 1, 3, 3], layer: 1, kind: 'weight', weightDecay: 0.01 },
    { name: 'W2', shape: [3, 12], layer: 2, kind: 'weight', weightDecay: 0.01 },
  ] as const
  return {
    model: {
      ...model,
      parameters,
      forward(nodes, batch) {
        const N = batch.targets.shape[1]!
        const images = ops.reshape(ops.transpose(batch.inputs!), [N, 1, 4, 4])
        const maps = ops.relu(ops.conv2d(images, nodes['C1']!, { padding: 1 }))
        const features = ops.transpose(ops.reshape(ops.maxPool(maps, 2), [N, 12]))
        const logits = ops.matmul(nodes['W2']!, features)
        return { logits, dataLoss: ops.scale(ops.softmaxCrossEntropy(logits, batch.targets), 1 / N), layers: [] }
      },
    },
    data: { ...data, train: { ...data.train, inputs } },
    initial: (seed) =>
      Object.fromEntries(parameters.map(({ name, shape }) => [name, random(seed, name).normal(sizeOf(shape))])),
  }
}

const experiments: readonly (readonly [string, Experiment])[] = [
  ['linear UFM, MSE', ufm('mse', 'linear')],
  ['ReLU UFM, cross-entropy', ufm('ce', 'relu')],
  ['ReLU MLP with biases, cross-entropy', classifier('ce', 'relu', 'yes')],
  ['tanh MLP with biases, MSE', classifier('mse', 'tanh', 'yes')],
  ['conv net, cross-entropy', convNet()],
]
const STEPS = 12

/** Everything differs between them: start, η and its schedule, λ, the order of mini-batches. */
function replicasOf({ model, initial }: Experiment, count: number, optimiser: (r: number) => OptimiserSpec): Replica[] {
  return Array.from({ length: count }, (_, r) => ({
    initial: initial(r),
    learningRate: r % 2 === 0 ? constantRate(0.05 + 0.01 * r) : cosineRate(0.08, STEPS),
    optimiser: optimiser(r),
    weightDecays: model.parameters.map((_, i) => (r % 3 === 0 ? 0 : 0.01 * (r + i))),
    random: random(r, 'training'),
    seed: r,
  }))
}

/** A replica as a run of its own, on all samples. */
async function alone(options: ReplicatedTrainingOptions, r: number): Promise<Training> {
  const { model, data, backend, batchSize, sharedOrder } = options
  const { initial, learningRate, optimiser, weightDecays, random: own, seed } = options.replicas[r]!
  const parameters = model.parameters.map((parameter, i) => ({
    ...parameter,
    weightDecay: weightDecays?.[i] ?? parameter.weightDecay,
  }))
  return new Training({
    model: { ...model, parameters },
    data,
    initial,
    recipe: { steps: STEPS, learningRate, optimiser, batchSize },
    backend,
    // Shared mini-batches come in the order of a stream that is derived the same way.
    random: sharedOrder ? { ...own, derive: () => sharedOrder.derive('again') } : own,
    seed,
    sampleCompression: 'off',
  })
}

async function trainAlone(options: ReplicatedTrainingOptions, r: number, steps: number): Promise<ParameterArrays> {
  const training = await alone(options, r)
  for (let step = 0; step < steps; step++) training.advance()
  const values = await training.snapshot().parameters()
  training.dispose()
  return values
}

async function optionsFor(
  experiment: Experiment,
  count: number,
  changes: Partial<ReplicatedTrainingOptions> & { optimiser?: (r: number) => OptimiserSpec } = {},
): Promise<ReplicatedTrainingOptions> {
  const { optimiser = () => GRADIENT_DESCENT, ...rest } = changes
  return {
    ...experiment,
    backend: await embeddedBackend(),
    replicas: replicasOf(experiment, count, optimiser),
    batchSize: null,
    sharedOrder: null,
    ...rest,
  }
}

async function expectBitsOfSingles(options: ReplicatedTrainingOptions): Promise<void> {
  const training = new ReplicatedTraining(options)
  for (let step = 0; step < STEPS; step++) training.advance()
  const together = await training.parameters()
  for (const [r, values] of together.entries()) expect(values).toEqual(await trainAlone(options, r, STEPS))
  training.dispose()
}

describe.each(experiments)('replicas of the %s', (_name, experiment) => {
  it.each([1, 2, 7])('go through the numbers of single runs to the bit, R = %i', async (count) => {
    await expectBitsOfSingles(await optionsFor(experiment, count))
  })

  it('do so with momentum, also where only some have it, and in blocks', async () => {
    await expectBitsOfSingles(await optionsFor(experiment, 7, { optimiser: (r) => heavyBall(0.5 + 0.05 * r) }))
    await expectBitsOfSingles(await optionsFor(experiment, 7, { optimiser: (r) => heavyBall(r % 3 === 1 ? 0 : 0.9) }))
    await expectBitsOfSingles(await optionsFor(experiment, 7, { optimiser: () => heavyBall(0.9), blockSize: 3 }))
  })

  it.each(optimisers)('do so with $name, whose constants differ, in float64 and float32', async ({ spec }) => {
    const varied = (r: number): OptimiserSpec => {
      if (spec.kind === 'adam') return { ...spec, beta1: 0.5 + 0.05 * r, beta2: 0.9 + 0.01 * r }
      return 'momentum' in spec ? { ...spec, momentum: 0.5 + 0.05 * r } : spec
    }
    for (const dtype of ['float64', 'float32'] as const) {
      const backend = await createBackend({ id: 'cpu', dtype, blas: 'embedded' })
      await expectBitsOfSingles(await optionsFor(experiment, 7, { backend, optimiser: varied, blockSize: 4 }))
    }
  })

  it('do so where each has another optimiser', async () => {
    const own = (r: number) => optimisers[r % optimisers.length]!.spec
    await expectBitsOfSingles(await optionsFor(experiment, 2 * optimisers.length, { optimiser: own }))
  })
})

describe.each(experiments)('in float32, replicas of the %s', (_name, experiment) => {
  it.each([0, 0.9])('go through the numbers of single runs to the bit, μ = %d', async (momentum) => {
    for (const blas of ['embedded', 'auto'] as const) {
      const backend = await createBackend({ id: 'cpu', dtype: 'float32', blas })
      await expectBitsOfSingles(
        await optionsFor(experiment, 7, { backend, optimiser: () => heavyBall(momentum), blockSize: 4 }),
      )
    }
  })
})

describe.each(experiments.slice(2))('mini-batches of replicas of the %s', (_name, experiment) => {
  it('come in an order of their own each, or in the same for all', async () => {
    await expectBitsOfSingles(await optionsFor(experiment, 7, { batchSize: 4 }))
    await expectBitsOfSingles(
      await optionsFor(experiment, 7, { batchSize: 4, optimiser: () => heavyBall(0.9), blockSize: 2 }),
    )
  })

  it('may be the same for all', async () => {
    const order = random(5, 'order')
    const options = await optionsFor(experiment, 3, { batchSize: 4 })
    const training = new ReplicatedTraining({ ...options, sharedOrder: order.derive('again') })
    for (let step = 0; step < STEPS; step++) training.advance()
    const together = await training.parameters()
    for (const [r, values] of together.entries()) {
      expect(values).toEqual(await trainAlone({ ...options, sharedOrder: order }, r, STEPS))
    }
  })
})

describe('replicas', () => {
  const [, experiment] = experiments[2]!

  it.each([0, 0.9])('honour rate factors, of which 0 freezes, μ = %d', async (momentum) => {
    const options = await optionsFor(experiment, 3, { optimiser: () => heavyBall(momentum) })
    const factors = [0, 0.25, 3]
    const parameters = options.model.parameters.map((parameter, i) => ({ ...parameter, rateFactor: factors[i] ?? 1 }))
    const scaled = { ...options, model: { ...options.model, parameters } }
    await expectBitsOfSingles(scaled)
    const training = new ReplicatedTraining(scaled)
    training.advance(STEPS)
    const [frozen, , moved] = parameters.map(({ name }) => name)
    for (const [r, values] of (await training.parameters()).entries()) {
      const { initial } = options.replicas[r]!
      expect(values[frozen!]).toEqual(initial[frozen!])
      expect(values[moved!]).not.toEqual(initial[moved!])
    }
  })

  it('agree with single runs to the bit with products by a system library too', async () => {
    const backend = await createBackend({ id: 'cpu', dtype: 'float64', blas: 'auto' })
    const wide = uniformConfig({ K: 9, n: 8, depth: 3, width: 24, lambda: 0.01 })
    const options = await optionsFor(
      {
        model: ufmModel(wide, { loss: 'mse', activation: 'relu' }),
        data: ufmData(wide),
        initial: (seed) => ufmParameters(wide, 1, random(seed, 'initial')),
      },
      3,
      { backend, optimiser: () => heavyBall(0.9) },
    )
    await expectBitsOfSingles(options)
    await expectBitsOfSingles({
      ...options,
      replicas: options.replicas.map((replica) => ({ ...replica, optimiser: GRADIENT_DESCENT })),
    })
  })

  it.each([null, random(5, 'order')])(
    'take several steps at once as one by one, shared mini-batches: %o',
    async (order) => {
      const options = await optionsFor(experiment, 5, { batchSize: 4, blockSize: 2, sharedOrder: order })
      // A stream goes on where it was left: each training needs its own.
      const fresh = () => new ReplicatedTraining({ ...options, sharedOrder: order && order.derive('fresh') })
      const [oneByOne, atOnce] = [fresh(), fresh()]
      for (let step = 0; step < STEPS; step++) oneByOne.advance()
      atOnce.advance(STEPS - 5)
      atOnce.advance(5)
      expect(atOnce.step).toBe(STEPS)
      expect(await atOnce.parameters()).toEqual(await oneByOne.parameters())
    },
  )

  it.each([0, 0.9])('that stop keep every bit while the others go on, μ = %d', async (momentum) => {
    const options = await optionsFor(experiment, 7, {
      optimiser: () => heavyBall(momentum),
      batchSize: 4,
      blockSize: 4,
    })
    const training = new ReplicatedTraining(options)
    const stops = new Map([
      [1, 3],
      [2, 3],
      [3, 5],
      [5, 5],
      [6, 7],
    ])
    for (let step = 0; step < STEPS; step++) {
      for (const [r, at] of stops) if (at === step) training.stop(r)
      // From step 5 on, most have stopped.
      if (step === 6) await training.compact()
      training.advance()
    }
    expect(training.running).toBe(2)
    const together = await training.parameters()
    for (const [r, values] of together.entries()) {
      expect(training.stepOf(r)).toBe(stops.get(r) ?? STEPS)
      expect(values).toEqual(await trainAlone(options, r, training.stepOf(r)))
    }
    training.dispose()
  })

  it.each(['float64', 'float32'] as const)(
    'that diverge neither touch the others nor change once stopped, %s',
    async (dtype) => {
      const backend = await createBackend({ id: 'cpu', dtype, blas: 'embedded' })
      const options = await optionsFor(experiment, 3, { backend })
      const replicas = options.replicas.with(1, { ...options.replicas[1]!, learningRate: constantRate(1e9) })
      const training = new ReplicatedTraining({ ...options, replicas })
      for (let step = 0; step < STEPS; step++) {
        if (step === 6) training.stop(1)
        training.advance()
      }
      const together = await training.parameters()
      expect(together[1]!['W1']!.some((value) => !Number.isFinite(value))).toBe(true)
      expect(together[1]).toEqual(await trainAlone({ ...options, replicas }, 1, 6))
      for (const r of [0, 2]) expect(together[r]).toEqual(await trainAlone(options, r, STEPS))
    },
  )

  it('show to probes what a single run shows', async () => {
    const options = await optionsFor(experiment, 3, { optimiser: () => heavyBall(0.9), batchSize: 4 })
    const training = new ReplicatedTraining(options)
    for (let step = 0; step < 4; step++) training.advance()
    for (const r of [2, 0]) {
      const single = await alone(options, r)
      for (let step = 0; step < 4; step++) single.advance()
      const [ours, theirs] = [await training.snapshot(r), single.snapshot()]
      expect([ours.step, ours.seed]).toEqual([4, r])
      expect(await ours.loss()).toEqual(await theirs.loss())
      expect(await ours.dataGradient()).toEqual(await theirs.dataGradient())
      expect(await ours.nextUpdate()).toEqual(await theirs.nextUpdate())
      const v = random(1, 'direction').normal(ours.hessian('total').n)
      const [a, b] = [new Float64Array(v.length), new Float64Array(v.length)]
      await ours.hessian('total').apply(v, a)
      await theirs.hessian('total').apply(v, b)
      expect(a).toEqual(b)
    }
  })

  it('say what does not fit', async () => {
    const options = await optionsFor(experiment, 2)
    const [first] = options.replicas
    const make = (replica: Partial<Replica>) =>
      new ReplicatedTraining({ ...options, replicas: [{ ...first!, ...replica }] })
    expect(() => make({ weightDecays: [0] })).toThrow(/1 weight decays for 6 parameters.*one for each/)
    expect(() => make({ initial: { ...first!.initial, W1: new Float64Array(3) } })).toThrow(
      /3 numbers for W1.*\[7, 64\]/,
    )
    expect(() => new ReplicatedTraining({ ...options, replicas: [] })).toThrow(/no replicas/)
    expect(() => new ReplicatedTraining(options).stop(2)).toThrow(/no replica 2.*0 to 1/)
  })
})

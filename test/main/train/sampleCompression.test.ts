import { describe, expect, it } from 'vitest'
import { matmul, norm, rowSpaceBasis } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { GRADIENT_DESCENT, heavyBall, type OptimiserSpec } from '#main/core/optimiser'
import type { Dataset, Model } from '#main/core/model'
import type { ParameterArrays } from '#main/core/snapshot'
import type { TrainingRecipe } from '#main/core/system'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { initialParameters } from '#main/systems/deep-ufm/initial'
import { ufmData, ufmModel } from '#main/systems/deep-ufm/model'
import { linearModel } from '#main/systems/linear-network/linearModel'
import { constantRate } from '#main/train/schedules'
import { Training, type TrainingOptions } from '#main/train/training'
import { embeddedBackend } from '../../helpers/evaluate'
import { expectClose } from '../../helpers/expectClose'

interface Problem {
  readonly model: Model
  readonly data: Dataset
  readonly initial: ParameterArrays
}

const config = uniformConfig({ K: 3, n: 9, depth: 3, width: 5, lambda: 0.01 })

/** 27 samples of free features in 5 dimensions. */
function ufm(variant: Parameters<typeof ufmModel>[1] = { loss: 'mse', activation: 'linear' }): Problem {
  return {
    model: ufmModel(config, variant),
    data: ufmData(config),
    initial: initialParameters(config, 1, random(1, 'initial')),
  }
}

/** 40 samples of given inputs in 6 dimensions. */
function regression(reluLayers = 0): Problem {
  const draw = random(2, 'regression')
  const model = linearModel({ widths: [6, 5, 4], weightDecay: 0.01, lossFactor: 2 / 40, reluLayers })
  const [inputs, targets] = [matrix(6, 40, draw.normal(240)), matrix(4, 40, draw.normal(160))]
  const initial = { W1: draw.normal(30).map((w) => w / 3), W2: draw.normal(20).map((w) => w / 3) }
  return { model, data: { train: { inputs, targets, classSizes: [40] }, test: null }, initial }
}

async function start(problem: Problem, recipe: Partial<TrainingRecipe> = {}, options: Partial<TrainingOptions> = {}) {
  return new Training({
    ...problem,
    recipe: { steps: 200, learningRate: constantRate(0.1), optimiser: GRADIENT_DESCENT, batchSize: null, ...recipe },
    backend: await embeddedBackend(),
    random: random(1, 'training'),
    seed: 1,
    sampleCompression: 'on',
    ...options,
  })
}

const concat = (model: Model, arrays: ParameterArrays) =>
  Float64Array.from(model.parameters.flatMap(({ name }) => [...arrays[name]!]))

async function stateOf(training: Training): Promise<Float64Array> {
  return concat(training.options.model, await training.snapshot().parameters())
}

const ADAM: OptimiserSpec = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 'coupled' }

describe('steps on compressed samples', () => {
  it.each([
    { name: 'free features', problem: ufm(), columns: 8, optimiser: GRADIENT_DESCENT },
    { name: 'free features', problem: ufm(), columns: 8, optimiser: heavyBall(0.9) },
    { name: 'given inputs', problem: regression(), columns: 10, optimiser: GRADIENT_DESCENT },
    { name: 'given inputs', problem: regression(), columns: 10, optimiser: heavyBall(0.9) },
    { name: 'free features', problem: ufm(), columns: 8, optimiser: { kind: 'nesterov', momentum: 0.9 } as const },
  ])('go through the states of whole ones: $name, $optimiser', async ({ problem, columns, optimiser }) => {
    const recipe = { optimiser, learningRate: (step: number) => 0.2 / (1 + step / 100) }
    const compressed = await start(problem, recipe)
    const whole = await start(problem, recipe, { sampleCompression: 'off' })
    expect(whole.compression).toBeNull()
    expect(compressed.compression).toMatchObject({ samples: problem.data.train.targets.cols, columns })
    expect(await stateOf(compressed)).toEqual(await stateOf(whole))
    for (let record = 0; record < 4; record++) {
      for (let step = 0; step < 50; step++) {
        compressed.advance()
        whole.advance()
      }
      // 200 steps, each a few hundred operations rounded to 1e-16, on a path that contracts.
      expectClose(await stateOf(compressed), await stateOf(whole), { rtol: 1e-11, atol: 1e-13 })
    }
  })

  it('say what the next step adds to the features themselves', async () => {
    const [compressed, whole] = [await start(ufm()), await start(ufm(), {}, { sampleCompression: 'off' })]
    for (let step = 0; step < 3; step++) {
      compressed.advance()
      whole.advance()
    }
    const { model } = compressed.options
    const [ours, theirs] = [await compressed.snapshot().nextUpdate(), await whole.snapshot().nextUpdate()]
    expectClose(concat(model, ours), concat(model, theirs), { rtol: 1e-11, atol: 1e-13 })
  })

  it('costs memory for the columns, not for the samples', async () => {
    const compressed = await start(ufm())
    const whole = await start(ufm(), {}, { sampleCompression: 'off' })
    expect(compressed.peakBytes).toBeLessThan(whole.peakBytes)
  })

  it('keeps frozen features as they are', async () => {
    const problem = ufm()
    const parameters = problem.model.parameters.map((p) => (p.layer === 0 ? { ...p, rateFactor: 0 } : p))
    const training = await start({ ...problem, model: { ...problem.model, parameters } })
    expect(training.compression).toMatchObject({ columns: 8, features: null })
    for (let step = 0; step < 5; step++) training.advance()
    expect((await training.snapshot().parameters())['H1']).toEqual(problem.initial['H1'])
  })

  it('finds the rank of features that start in few dimensions', async () => {
    const problem = ufm()
    const outer = random(3, 'outer')
    const [u, v] = [outer.normal(5), outer.normal(27)]
    const H1 = Float64Array.from({ length: 135 }, (_, at) => u[Math.floor(at / 27)]! * v[at % 27]!)
    const training = await start({ ...problem, initial: { ...problem.initial, H1 } })
    expect(training.compression).toMatchObject({ columns: 4 })
  })

  it.each([
    { name: 'cross-entropy', problem: ufm({ loss: 'ce', activation: 'linear' }) },
    { name: 'ReLU with free features', problem: ufm({ loss: 'mse', activation: 'relu' }) },
    { name: 'ReLU on inputs', problem: regression(1) },
    { name: 'mini-batches', problem: regression(), recipe: { batchSize: 20 } },
    { name: 'Adam', problem: ufm(), recipe: { optimiser: ADAM } },
    { name: 'fewer samples than dimensions', problem: fewSamples() },
    { name: 'features that are not finite', problem: broken() },
  ])('refuses $name', async ({ problem, recipe }) => {
    expect((await start(problem, recipe)).compression).toBeNull()
  })

  it('leaves narrow models alone, which may train as replicas, unless it is asked for', async () => {
    expect((await start(ufm(), {}, { sampleCompression: 'auto' })).compression).toBeNull()
  })

  it('would be wrong for ReLU: there the features leave the space', async () => {
    const problem = ufm({ loss: 'mse', activation: 'relu' })
    const training = await start(problem)
    const space = { features: matrix(5, 27, problem.initial['H1']!), targets: problem.data.train.targets }
    for (let step = 0; step < 20; step++) training.advance()
    const moved = matrix(5, 27, (await training.snapshot().parameters())['H1']!)
    expect(distanceFrom(space, moved)).toBeGreaterThan(0.01)
  })
})

function fewSamples(): Problem {
  const small = uniformConfig({ K: 3, n: 2, depth: 3, width: 5, lambda: 0.01 })
  const initial = initialParameters(small, 1, random(1, 'initial'))
  return { model: ufmModel(small, { loss: 'mse', activation: 'linear' }), data: ufmData(small), initial }
}

function broken(): Problem {
  const problem = ufm()
  return { ...problem, initial: { ...problem.initial, H1: problem.initial['H1']!.map(() => NaN) } }
}

/** ‖S − S Q Qᵀ‖ / ‖S‖ for the joint row space of features and targets. */
function distanceFrom({ features, targets }: { features: Matrix; targets: Matrix }, moved: Matrix): number {
  const basis = rowSpaceBasis([features, targets])
  const inside = matmul(matmul(moved, basis), basis, { transposeB: true })
  return norm(moved.data.map((value, at) => value - inside.data[at]!)) / norm(moved.data)
}

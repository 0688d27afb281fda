import { describe, expect, it } from 'vitest'
import { random } from '#main/compute/rng/random'
import type { Model } from '#main/core/model'
import { GRADIENT_DESCENT, heavyBall } from '#main/core/optimiser'
import type { ParameterArrays } from '#main/core/snapshot'
import type { TrainingRecipe } from '#main/core/system'
import { miniBatches } from '#main/train/batches'
import { constantRate, cosineRate, stepRate, warmedUp } from '#main/train/schedules'
import { Training } from '#main/train/training'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { initialParameters } from '#main/systems/deep-ufm/initial'
import { ufmData, ufmModel } from '#main/systems/deep-ufm/model'
import { matrix } from '#main/compute/matrix'
import { embeddedBackend } from '../../helpers/evaluate'
import { expectClose } from '../../helpers/expectClose'

const config = uniformConfig({ K: 3, n: 2, depth: 2, width: 4, lambda: 0.01 })
const variants = [
  ['linear MSE', ufmModel(config, { loss: 'mse', activation: 'linear' })],
  ['ReLU cross-entropy', ufmModel(config, { loss: 'ce', activation: 'relu' })],
] as const

async function train(model: Model, recipe: Partial<TrainingRecipe> = {}) {
  return new Training({
    model,
    data: ufmData(config),
    initial: initialParameters(config, 1, random(1, 'initial')),
    recipe: { steps: 10, learningRate: constantRate(0.1), optimiser: GRADIENT_DESCENT, batchSize: null, ...recipe },
    backend: await embeddedBackend(),
    random: random(1, 'training'),
    seed: 1,
  })
}

const concat = (model: Model, arrays: ParameterArrays) =>
  Float64Array.from(model.parameters.flatMap(({ name }) => [...arrays[name]!]))

async function totalGradient(training: Training, model: Model): Promise<Float64Array> {
  const snapshot = training.snapshot()
  const values = concat(model, await snapshot.parameters())
  return concat(model, await snapshot.dataGradient()).map((g, i) => g + 0.01 * values[i]!)
}

describe.each(variants)('training of the %s model', (_name, model) => {
  it('gradient descent subtracts η times the gradient of the regularised loss', async () => {
    const training = await train(model)
    const before = concat(model, await training.snapshot().parameters())
    const gradient = await totalGradient(training, model)
    training.advance()
    const after = concat(model, await training.snapshot().parameters())
    expectClose(
      after,
      before.map((value, i) => value - 0.1 * gradient[i]!),
      { rtol: 1e-13, atol: 1e-14 },
    )
  })

  it('the heavy ball accumulates v ← μ v + g before θ ← θ − η v', async () => {
    const training = await train(model, { optimiser: heavyBall(0.9) })
    let theta = concat(model, await training.snapshot().parameters())
    let velocity = new Float64Array(theta.length)
    for (let step = 0; step < 4; step++) {
      const gradient = await totalGradient(training, model)
      velocity = velocity.map((v, i) => 0.9 * v + gradient[i]!)
      theta = theta.map((value, i) => value - 0.1 * velocity[i]!)
      training.advance()
    }
    expectClose(concat(model, await training.snapshot().parameters()), theta, { rtol: 1e-12, atol: 1e-13 })
  })

  it.each([0, 0.9])('a rate factor scales the steps of its parameter, 0 freezes it, momentum %f', async (momentum) => {
    const factors: Record<string, number> = { H1: 0, W1: 0.25 }
    const scaled = {
      ...model,
      parameters: model.parameters.map((parameter) => ({ ...parameter, rateFactor: factors[parameter.name] ?? 1 })),
    }
    const optimiser = heavyBall(momentum)
    const [training, reference] = [await train(scaled, { optimiser }), await train(model, { optimiser })]
    const before = await reference.snapshot().parameters()
    training.advance()
    reference.advance()
    const [after, plain] = [await training.snapshot().parameters(), await reference.snapshot().parameters()]
    for (const { name } of model.parameters) {
      const factor = factors[name] ?? 1
      // One step from the same point: differences of order 0.01 of values of order 1.
      const expected = before[name]!.map((value, i) => value + factor * (plain[name]![i]! - value))
      expectClose(after[name]!, expected, { atol: factor === 0 ? 0 : 1e-15 }, name)
    }
  })

  it('the Hessian operator is the derivative of the gradient, total = data + λ', async () => {
    const training = await train(model)
    const snapshot = training.snapshot()
    const operator = snapshot.hessian('total')
    const v = random(2, 'direction').normal(operator.n)
    const product = new Float64Array(operator.n)
    await operator.apply(v, product)
    const theta = concat(model, await snapshot.parameters())
    const gradientAt = async (h: number) => {
      const moved = theta.map((value, i) => value + h * v[i]!)
      let start = 0
      const initial = Object.fromEntries(
        model.parameters.map(({ name, shape }) => {
          const size = shape.reduce((a, b) => a * b, 1)
          return [name, moved.slice(start, (start += size))]
        }),
      )
      const shifted = new Training({ ...training.options, initial })
      return totalGradient(shifted, model)
    }
    const h = 1e-6
    const [ahead, behind] = [await gradientAt(h), await gradientAt(-h)]
    expectClose(
      product,
      ahead.map((value, i) => (value - behind[i]!) / (2 * h)),
      { rtol: 1e-6, atol: 1e-8 },
    )
    const data = new Float64Array(operator.n)
    await snapshot.hessian('data').apply(v, data)
    expectClose(
      product,
      data.map((value, i) => value + 0.01 * v[i]!),
      { rtol: 1e-13, atol: 1e-14 },
    )
  })

  it.each(['total', 'gaussNewton', 'residual'] as const)('takes a block of directions at once: %s', async (part) => {
    const { n, apply, block } = (await train(model)).snapshot().hessian(part)
    expect(block?.count).toBe(32)
    const x = random(4, 'directions').normal(32 * n)
    const [together, alone] = [new Float64Array(32 * n), new Float64Array(32 * n)]
    await block?.apply(x, together)
    for (let r = 0; r < 32; r++) await apply(x.subarray(r * n, (r + 1) * n), alone.subarray(r * n, (r + 1) * n))
    expectClose(together, alone, { rtol: 1e-12, atol: 1e-14 })
  })

  it('layer Jacobians and features give the Gauss-Newton block of the layer', async () => {
    const training = await train(model)
    const snapshot = training.snapshot()
    const [layer] = await snapshot.layers()
    const jacobians = await snapshot.layerJacobians(1)
    const operator = snapshot.hessian('gaussNewton', ['W1'])
    const v = random(3, 'block').normal(operator.n)
    const product = new Float64Array(operator.n)
    await operator.apply(v, product)
    const { rows: d, cols: N, data: H } = layer!.input
    const expected = new Float64Array(operator.n)
    for (const { rows, data: J } of jacobians) {
      for (let i = 0; i < N; i++) {
        let along = 0
        for (let a = 0; a < rows; a++)
          for (let b = 0; b < d; b++) along += J[a * N + i]! * H[b * N + i]! * v[a * d + b]!
        for (let a = 0; a < rows; a++)
          for (let b = 0; b < d; b++) expected[a * d + b]! += (along * J[a * N + i]! * H[b * N + i]!) / N
      }
    }
    expectClose(product, expected, { rtol: 1e-11, atol: 1e-13 })
  })
})

describe('mini-batches', () => {
  const split = {
    inputs: matrix(1, 7, Float64Array.of(0, 1, 2, 3, 4, 5, 6)),
    targets: matrix(1, 7, Float64Array.of(0, 10, 20, 30, 40, 50, 60)),
    classSizes: [7],
  }

  it('take every sample at most once an epoch, targets with their inputs', () => {
    const batches = miniBatches(split, 3, random(1, 'order'))
    for (let epoch = 0; epoch < 5; epoch++) {
      const seen: number[] = []
      for (let i = 0; i < 2; i++) {
        batches.load(2 * epoch + i)
        seen.push(...batches.inputs!)
        expect([...batches.targets]).toEqual([...batches.inputs!].map((x) => 10 * x))
      }
      expect(new Set(seen).size).toBe(6)
    }
  })

  it('depend on nothing but the stream and the step', () => {
    const draw = (steps: readonly number[]) => {
      const batches = miniBatches(split, 3, random(4, 'order'))
      return steps.map((step) => (batches.load(step), [...batches.inputs!]))
    }
    const inOrder = draw([0, 1, 2, 3, 4, 5])
    expect(draw([0, 1, 2, 3, 4, 5])).toEqual(inOrder)
    expect(draw([5, 2, 3])).toEqual([inOrder[5], inOrder[2], inOrder[3]])
  })

  it('refuse a batch larger than the training set', () => {
    expect(() => miniBatches(split, 8, random(1, 'order'))).toThrow(/8 exceeds the 7.*at most 7/)
  })
})

describe('learning-rate schedules', () => {
  it('step down at the fractions, and follow half a cosine', () => {
    const steps = stepRate(1, 100, [0.5, 0.75], 0.1)
    expect([0, 49, 50, 74, 75].map(steps)).toEqual([1, 1, 0.1, 0.1, 0.1 ** 2])
    const cosine = cosineRate(2, 10)
    expect([0, 5, 10].map(cosine)).toEqual([2, 1 + Math.cos(Math.PI / 2), 0])
  })

  it('may begin with a linear warm-up, after which they start', () => {
    const warmed = warmedUp(cosineRate(2, 10), 4)
    expect([0, 1, 3].map(warmed)).toEqual([0.5, 1, 2])
    expect([4, 9, 14].map(warmed)).toEqual([0, 5, 10].map(cosineRate(2, 10)))
    expect(warmedUp(constantRate(3), 0)(0)).toBe(3)
  })
})

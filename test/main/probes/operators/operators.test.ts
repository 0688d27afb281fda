import { describe, expect, it } from 'vitest'
import { parseParams } from '#shared/params'
import { createBackend } from '#main/compute/backends/select'
import { matmul, symmetricEigenvalues, transpose } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import type { Model, Split } from '#main/core/model'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import type { Snapshot } from '#main/core/snapshot'
import { makeOperator, operators } from '#main/probes/operators/index'
import { denseSpectrum, materialise } from '#main/spectra/index'
import { formulaParameters } from '#main/systems/deep-ufm/formulaParameters'
import { LINEAR_MSE, withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { classifierModel } from '#main/systems/image-classifier/model'
import { classifierParams } from '#main/systems/image-classifier/params'
import { Training } from '#main/train/training'
import { expectClose } from '../../../helpers/expectClose'
import { genericState, smallConfig, variants } from '../states'

const going = new AbortController().signal
/** A biased tanh network on eight images of 64 pixels: everything the free-feature models do not have. */
const perceptron: Model = classifierModel(
  parseParams(classifierParams, { K: 3, width: 4, depth: 3, biases: 'yes', loss: 'ce', activation: 'tanh' }),
)

const images: Split = {
  inputs: matrix(64, 8, random(1, 'images').normal(512)),
  targets: matrix(
    3,
    8,
    Float64Array.from({ length: 24 }, (_, at) => (classOf(at % 8) === Math.floor(at / 8) ? 1 : 0)),
  ),
  classSizes: [3, 3, 2],
}
function classOf(sample: number): number {
  return sample < 3 ? 0 : sample < 6 ? 1 : 2
}

async function withPerceptron<T>(train: Split, use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const backend = await createBackend()
  const initial = Object.fromEntries(
    perceptron.parameters.map(({ name, shape }) => {
      const size = shape.reduce((product, extent) => product * extent, 1)
      return [name, random(2, name).normal(size).map((x) => 0.4 * x)] // prettier-ignore
    }),
  )
  const recipe = { learningRate: () => 0, optimiser: GRADIENT_DESCENT, steps: Infinity, batchSize: null }
  const data = { train, test: null }
  const training = new Training({ model: perceptron, data, initial, recipe, backend, random: random(0, 'x'), seed: 0 })
  try {
    return await use(training.snapshot(true))
  } finally {
    training.dispose()
    backend.dispose()
  }
}

/** Every choice that an operator of a two-layer model asks for. */
function choicesOf(id: string) {
  const definition = operators.get(id)!
  if (definition.choose === 'layer') return [{ layer: 1 }, { layer: 2 }]
  if (definition.choose === 'layerPair') return [{ layer: 1, otherLayer: 2 }]
  return [{}, { parameters: ['W2'] }, { parameters: ['W1', 'W2'] }]
}

describe.each([...operators.values()].map(({ id, title }) => ({ id, title })))('operator $id', ({ id }) => {
  it.each(variants)('is symmetric and agrees with its exact route, $loss $activation', async (variant) => {
    await withSnapshot(genericState(variant), async (snapshot) => {
      if (!operators.get(id)!.applies(snapshot.model)) {
        await expect(makeOperator(snapshot, id, { layer: 1 })).rejects.toThrow(/not defined for this model/)
        return
      }
      const whole = Math.max(...(await dense(snapshot, 'hessian')).data.map(Math.abs))
      for (const choice of choicesOf(id)) {
        const operator = await makeOperator(snapshot, id, choice)
        const { values, asymmetry } = await denseSpectrum(operator)
        const size = Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!))
        // A part that vanishes, such as E in one layer, is rounding of terms as large as the Hessian.
        expect(asymmetry * size).toBeLessThan(1e-12 * whole)
        expect(operator.matrix.length).toBeGreaterThan(3)
        if (!operator.exact) continue
        const exact = await operator.exact(going)
        // Rounding of eigenvalues is eps · ‖H‖, with two digits of margin.
        expectClose(exact.values, values, { atol: 1e-13 * size }, `${operator.matrix}, ${exact.method}`)
      }
    })
  })

  it('explains itself', () => {
    const { help, title } = operators.get(id)!
    expect(title.length).toBeGreaterThan(5)
    expect(help).toMatch(/Theory note|arXiv/)
  })
})

async function dense(snapshot: Snapshot, id: string, choice = {}): Promise<Matrix> {
  return materialise(await makeOperator(snapshot, id, choice))
}

describe('sums of operators', () => {
  it.each(variants)(
    'G_class + G_cross + G_within (+ G_same) = G, and H = G + E + Λ, $loss $activation',
    async (variant) => {
      await withSnapshot(genericState(variant), async (snapshot) => {
        for (const layer of [1, 2]) {
          const ids = ['gaussNewtonClass', 'gaussNewtonCross', 'gaussNewtonWithin', 'gaussNewtonSame']
          const defined = ids.filter((id) => operators.get(id)!.applies(snapshot.model))
          expect(defined).toHaveLength(variant.loss === 'ce' ? 4 : 3)
          const sum = new Float64Array((await dense(snapshot, 'gaussNewtonClass', { layer })).data.length)
          for (const id of defined)
            (await dense(snapshot, id, { layer })).data.forEach((value, at) => (sum[at]! += value))
          const whole = await dense(snapshot, 'gaussNewton', { parameters: [`W${layer}`] })
          expectClose(sum, whole.data, { atol: 1e-12 * Math.max(1, ...whole.data.map(Math.abs)) })
          // The within part is what is left of G by products; by its own sum it has to be positive semidefinite too.
          const within = symmetricEigenvalues(await dense(snapshot, 'gaussNewtonWithin', { layer }))
          expect(within.at(-1)!).toBeGreaterThan(-1e-12 * Math.max(1, within[0]!))
        }
        const [H, G, E] = [await dense(snapshot, 'hessian'), await dense(snapshot, 'gaussNewton'), await dense(snapshot, 'residual')] // prettier-ignore
        const rest = H.data.map((h, at) => h - G.data[at]! - E.data[at]!)
        expectClose(rest, rest.map((_, at) => (at % (H.rows + 1) === 0 ? 0.01 : 0)), { atol: 1e-12 * Math.max(...H.data) }) // prettier-ignore
      })
    },
  )

  it('a pair of layers is its blocks and their coupling', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const pair = await dense(snapshot, 'layerPair', { layer: 2, otherLayer: 1 })
      const coupling = await dense(snapshot, 'layerCoupling', { layer: 1, otherLayer: 2 })
      const [first, second] = [await dense(snapshot, 'layerHessian', { layer: 1 }), await dense(snapshot, 'layerHessian', { layer: 2 })] // prettier-ignore
      const n = pair.rows
      const scale = Math.max(...pair.data.map(Math.abs))
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const [a, b] = [i - first.rows, j - first.rows]
          const own = a < 0 && b < 0 ? first.data[i * first.rows + j]! : a >= 0 && b >= 0 ? second.data[a * second.rows + b]! : 0 // prettier-ignore
          expectClose(coupling.data[i * n + j]! + own, pair.data[i * n + j]!, { atol: 1e-13 * scale })
          if (own !== 0) expectClose(coupling.data[i * n + j]!, 0, { atol: 1e-13 * scale })
        }
      }
      const values = symmetricEigenvalues(coupling)
      expectClose(values, values.map((v) => -v).reverse(), { atol: 1e-12 * scale })
    })
  })
})

describe('second moments of the gradients', () => {
  it('are those of gradients of one sample at a time, for weights and biases', async () => {
    const single = (i: number): Split => ({
      inputs: matrix(
        64,
        1,
        Float64Array.from({ length: 64 }, (_, a) => images.inputs!.data[a * 8 + i]!),
      ),
      targets: matrix(
        3,
        1,
        Float64Array.from({ length: 3 }, (_, c) => images.targets.data[c * 8 + i]!),
      ),
      // One column, and a class for each target row would not fit: only the gradient is asked for.
      classSizes: [1],
    })
    const gradients: Float64Array[] = []
    for (let i = 0; i < 8; i++) {
      const gradient = await withPerceptron(single(i), (snapshot) => snapshot.dataGradient())
      gradients.push(Float64Array.from(perceptron.parameters.flatMap(({ name }) => [...gradient[name]!])))
    }
    const n = gradients[0]!.length
    const mean = Float64Array.from({ length: n }, (_, a) => gradients.reduce((sum, g) => sum + g[a]! / 8, 0))
    await withPerceptron(images, async (snapshot) => {
      for (const [id, centre] of [
        ['gradientMoment', new Float64Array(n)],
        ['gradientCovariance', mean],
      ] as const) {
        // prettier-ignore
        const operator = await makeOperator(snapshot, id)
        expect(operator.n).toBe(n)
        const x = random(3, 'x').normal(n)
        const y = new Float64Array(n)
        await operator.apply(x, y)
        const expected = new Float64Array(n)
        for (const g of gradients) {
          const inner = g.reduce((sum, value, a) => sum + (value - centre[a]!) * x[a]!, 0)
          g.forEach((value, a) => (expected[a]! += (inner * (value - centre[a]!)) / 8))
        }
        expectClose(y, expected, { rtol: 1e-10, atol: 1e-14 })
        const exact = await operator.exact!(going)
        expect(exact.values.filter((value) => value > 1e-14).length).toBe(id === 'gradientMoment' ? 8 : 7)
      }
    })
  })

  it('have the full gradient as mean, and their trace as mean squared length, with free features', async () => {
    await withSnapshot(genericState({ loss: 'ce', activation: 'relu' }), async (snapshot) => {
      const [moment, covariance] = [await dense(snapshot, 'gradientMoment'), await dense(snapshot, 'gradientCovariance')] // prettier-ignore
      const gradient = await snapshot.dataGradient()
      const g = Float64Array.from(snapshot.model.parameters.flatMap(({ name }) => [...gradient[name]!]))
      const outer = matmul(matrix(g.length, 1, g), matrix(1, g.length, g))
      const scale = Math.max(...moment.data.map(Math.abs))
      // Σ_i g_i / N = g: uncentred minus centred is g gᵀ.
      expectClose(moment.data.map((value, at) => value - covariance.data[at]!), outer.data, { atol: 1e-13 * scale }) // prettier-ignore
    })
  })
})

describe('makeOperator', () => {
  it('names what there is when asked for something else', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      await expect(makeOperator(snapshot, 'hesian')).rejects.toThrow(/no operator "hesian".*hessian.*featureMoment/)
      await expect(makeOperator(snapshot, 'layerHessian')).rejects.toThrow(/No layer was chosen.*1 to 2/)
      await expect(makeOperator(snapshot, 'layerHessian', { layer: 3 })).rejects.toThrow(/no layer 3.*1 to 2/)
      await expect(makeOperator(snapshot, 'hessian', { parameters: ['W9'] })).rejects.toThrow(/no parameter W9.*H1, W1/)
      await expect(makeOperator(snapshot, 'hessian', { parameters: [] })).rejects.toThrow(/list is empty/)
    })
  })

  it('counts the outliers of theory and labels parameters in words', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const all = await makeOperator(snapshot, 'hessian')
      expect(all).toMatchObject({ matrix: 'Hessian of the loss, all parameters', theoryCount: null, includesRegularisation: true }) // prettier-ignore
      const weights = await makeOperator(snapshot, 'gaussNewton', { parameters: ['W2', 'W1'] })
      expect(weights).toMatchObject({ matrix: 'Gauss-Newton G, weights only', theoryCount: 9 })
      expect((await makeOperator(snapshot, 'gaussNewtonCross', { layer: 1 })).theoryCount).toBe(6)
      expect((await makeOperator(snapshot, 'featureMoment', { layer: 1 })).theoryCount).toBe(3)
    })
  })

  it('has the second moments of theory note 01, section 4, written out', async () => {
    const state = { config: smallConfig, variant: LINEAR_MSE, parameters: formulaParameters(smallConfig, [0.6, 0.7, 0.8].map((amp, i) => ({ amp, phase: i }))) } // prettier-ignore
    await withSnapshot(state, async (snapshot) => {
      const layers = await snapshot.layers()
      const [F, Y, W2] = [await snapshot.logits(), snapshot.split.targets, layers[1]!.weight]
      const residual = matrix(F.rows, F.cols, F.data.map((f, at) => f - Y.data[at]!)) // prettier-ignore
      const e = matmul(transpose(W2), residual)
      const expected = matmul(e, e, { transposeB: true }).data.map((value) => value / F.cols)
      expectClose((await dense(snapshot, 'errorMoment', { layer: 1 })).data, expected, { atol: 1e-13 })
    })
  })
})

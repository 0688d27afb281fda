import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { matmul, useHostBlas } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { centredMeans, classMeans } from '#main/probes/classMeans'
import { collapseMetrics } from '#main/probes/collapseMetrics'
import { deviationProducts } from '#main/probes/deviationProducts'
import { nc1, nc1Ratio } from '#main/probes/nc1'
import { nc2OrthogonalFrame, nc2SimplexEtf } from '#main/probes/nc2'
import { nc3 } from '#main/probes/nc3'
import { nc4 } from '#main/probes/nc4'
import { separation } from '#main/probes/separation'
import { withinDeviations } from '#main/probes/withinDeviations'
import { blasRoutes } from '../../helpers/blasRoutes'
import { expectClose } from '../../helpers/expectClose'
import { moved, randomFeatures } from './features'

/** Not multiples of four rows, and one class longer than a chunk. */
const sizes = [600, 40, 5, 130]
const features = randomFeatures({ d: 11, N: 775, seed: 1 })
const means = classMeans(features, sizes)
const weight = matrix(4, 11, random(2, 'classifier').normal(44))
const bias = random(3, 'bias').normal(4)

describe.each(blasRoutes)('deviationProducts by $name', ({ present, blas }) => {
  beforeEach(({ skip }) => {
    if (!present) skip('no BLAS library found')
    useHostBlas(blas)
  })
  afterEach(() => useHostBlas(null))

  it.each([0, 1, 2, 5])('multiplies the deviations with %i vectors as matrix products do', (p) => {
    const Q = matrix(11, p, random(4, 'Q').normal(11 * p))
    const R = withinDeviations(features, means, sizes)
    const { products, squares } = deviationProducts(features, means, sizes, Q)
    expectClose(products.data, matmul(Q, R, { transposeA: true }).data, { atol: 1e-13 })
    expectClose(squares, R.data.reduce((sum, r) => sum + r * r, 0), { rtol: 1e-13 }) // prettier-ignore
  })
})

/** argmin and argmax by their definitions, sample by sample. */
function nearestByDefinition(H: Matrix): {
  disagreement: number
  nearestMeanAccuracy: number
  classifierAccuracy: number
} {
  const centres = classMeans(H, sizes)
  const labels = sizes.flatMap((n, c) => Array<number>(n).fill(c))
  const first = (scores: number[]) => scores.indexOf(Math.max(...scores))
  const decided = labels.map((label, i) => {
    const h = (a: number) => H.data[a * H.cols + i]!
    const rows = Array.from({ length: H.rows }, (_, a) => a)
    const distance = [0, 1, 2, 3].map((k) => -rows.reduce((sum, a) => sum + (h(a) - centres.data[a * 4 + k]!) ** 2, 0))
    const logit = [0, 1, 2, 3].map((k) => rows.reduce((sum, a) => sum + weight.data[k * 11 + a]! * h(a), bias[k]!))
    return { label, mean: first(distance), network: first(logit) }
  })
  const share = (holds: (d: (typeof decided)[number]) => boolean) => decided.filter(holds).length / decided.length
  return {
    disagreement: share(({ mean, network }) => mean !== network),
    nearestMeanAccuracy: share(({ mean, label }) => mean === label),
    classifierAccuracy: share(({ network, label }) => network === label),
  }
}

describe('nc4', () => {
  it('agrees with its definition, and does not see a shift of all features with the bias that undoes it', () => {
    const expected = nearestByDefinition(features)
    expect(expected.disagreement).toBeGreaterThan(0.1)
    expect(nc4(features, sizes, { weight, bias })).toEqual(expected)
    const shift = 1e5
    const shifted = matrix(11, 775, features.data.map((h) => h + shift)) // prettier-ignore
    const undone = bias.map((b, k) => b - shift * weight.data.subarray(k * 11, (k + 1) * 11).reduce((s, w) => s + w, 0))
    expect(nc4(shifted, sizes, { weight, bias: undone }).nearestMeanAccuracy).toBe(expected.nearestMeanAccuracy)
    expect(nc4(shifted, sizes, { weight, bias: undone }).disagreement).toBe(expected.disagreement)
  })

  it('is zero where the classifier is that of the nearest mean', () => {
    const W = matrix(4, 11, Float64Array.from({ length: 44 }, (_, at) => means.data[(at % 11) * 4 + Math.floor(at / 11)]!)) // prettier-ignore
    const b = Float64Array.from({ length: 4 }, (_, k) => -0.5 * W.data.subarray(k * 11, (k + 1) * 11).reduce((s, w) => s + w * w, 0)) // prettier-ignore
    expect(nc4(features, sizes, { weight: W, bias: b }).disagreement).toBe(0)
  })

  it('gives ties to the lowest class, and says what to pass', () => {
    const flat = { weight: matrix(4, 11), bias: null }
    expectClose(nc4(features, sizes, flat).classifierAccuracy, 600 / 775, { rtol: 1e-15 })
    expect(() => nc4(features, sizes, { weight: matrix(3, 11), bias: null })).toThrow(/3 × 11.*one of 4 × 11/)
    expect(() => nc4(features, sizes, { weight, bias: new Float64Array(2) })).toThrow(/with 2 biases/)
  })
})

describe('collapseMetrics', () => {
  it.each(['orthogonal', 'simplexEtf'] as const)(
    'has in one pass what each metric has by itself, frame %s',
    (frame) => {
      const metrics = collapseMetrics(features, sizes, frame, { weight, bias })
      const framed = frame === 'simplexEtf' ? centredMeans(means) : means
      const alone = {
        nc1: nc1(features, sizes),
        nc1Ratio: nc1Ratio(features, sizes),
        nc2: frame === 'simplexEtf' ? nc2SimplexEtf(means) : nc2OrthogonalFrame(means),
        nc3: nc3(weight, framed),
        nc4: nc4(features, sizes, { weight, bias }).disagreement,
        separation: separation(features, sizes),
      }
      const together = Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, value()]))
      expect(Object.keys(together).sort()).toEqual(Object.keys(alone).sort())
      for (const [name, value] of Object.entries(alone)) expectClose(together[name]!, value, { rtol: 1e-13 }, name)
    },
  )

  it('keeps NC1 of float32 features within 1e-4 of float64, where covariances and a pseudo-inverse in float32 fail', () => {
    // Theory note 05, claim C27: K = 10, d = 64.
    const [K, n] = [10, 20]
    const wide = randomFeatures({ d: 64, N: K * n, seed: 5 })
    const rounded = matrix(64, K * n, Float64Array.from(Float32Array.from(wide.data)))
    const equal = Array<number>(K).fill(n)
    const value = (H: Matrix) => collapseMetrics(H, equal, 'simplexEtf', null).nc1!()
    expectClose(value(rounded), value(wide), { rtol: 1e-4 })
  })

  it('measures what has a value where the means coincide, and says why the rest has none', () => {
    const same = matrix(3, 4, Float64Array.of(1, -1, 1, -1, 2, -2, 2, -2, 0, 0, 0, 0))
    const metrics = collapseMetrics(same, [2, 2], 'orthogonal', { weight: matrix(2, 3, new Float64Array(6).fill(1)), bias: null }) // prettier-ignore
    for (const name of ['nc1', 'nc1Ratio', 'nc2', 'nc4', 'separation'] as const) {
      expect(metrics[name]).toThrow(expect.objectContaining({ code: 'degenerate' }))
    }
  })

  it('is blind to the choice of coordinates', () => {
    const metrics = collapseMetrics(features, sizes, 'simplexEtf', null)
    const other = collapseMetrics(moved(features, { scale: 0.7, shift: 3 }), sizes, 'simplexEtf', null)
    for (const name of ['nc1', 'nc1Ratio', 'nc2', 'separation'] as const) {
      expectClose(other[name]!(), metrics[name]!(), { rtol: 1e-11 }, name)
    }
  })
})

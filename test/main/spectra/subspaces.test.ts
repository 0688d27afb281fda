import { describe, expect, it } from 'vitest'
import { qr } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { check as checkMetrics } from '../../golden/kinds/metrics'
import { goldenFolder, readGoldenFiles } from '../../golden/goldenFiles'
import { columns, energyFraction, factorOperator, matrixOperator, materialise, orthonormalBasis, outlierCounts, principalAngles, subspaceOverlap, trackOutliers, type OutlierSet } from '#main/spectra/index' // prettier-ignore
import { countAboveThreshold } from '#main/spectra/outlierRules'
import { expectClose } from '../../helpers/expectClose'

const normal = (rows: number, cols: number, seed: number): Matrix =>
  matrix(rows, cols, random(seed, 'subspaces').normal(rows * cols))

describe('subspaceOverlap and energyFraction', () => {
  const golden = (readGoldenFiles(goldenFolder()) ?? []).filter(({ topic }) => topic === '04')
  it.skipIf(golden.length === 0)('match golden/04, and notice a wrong number', () => {
    const cases = golden.flatMap((file) => file.cases.filter(({ kind }) => kind === 'metrics'))
    expect(cases.length).toBeGreaterThan(0)
    for (const { given } of cases) checkMetrics(given)
    const wrong = JSON.parse(JSON.stringify(cases[0]!.given))
    wrong.outputs[0].chi_squared += 1e-6
    expect(() => checkMetrics(wrong)).toThrow(/chi_squared/)
  })

  it('are the mean squared cosine of principal angles, whatever the bases', () => {
    const [A, B] = [normal(40, 3, 1), normal(40, 5, 2)]
    const angles = principalAngles(A, B)
    const mean = angles.reduce((sum, angle) => sum + Math.cos(angle) ** 2, 0) / 3
    expectClose(subspaceOverlap(orthonormalBasis(A), orthonormalBasis(B)), mean, { rtol: 1e-12 })
    expectClose(subspaceOverlap(orthonormalBasis(B), columns(qr(A).q)), mean, { rtol: 1e-12 })
    expectClose(subspaceOverlap(orthonormalBasis(A), orthonormalBasis(A)), 1, { rtol: 1e-14 })
    const { energy, chi } = energyFraction(columns(A)[0]!, orthonormalBasis(B))
    expectClose(chi, Math.cos(principalAngles(matrix(40, 1, columns(A)[0]), B)[0]!), { rtol: 1e-12 })
    expectClose(energy, chi ** 2, { rtol: 1e-15 })
  })

  it('are undefined for empty spaces, zero vectors and dependent columns', () => {
    expect(() => subspaceOverlap([], [])).toThrow(/empty/)
    expect(() => energyFraction(new Float64Array(3), [])).toThrow(/zero/)
    expect(() => orthonormalBasis(matrix(2, 2, Float64Array.of(1, 2, 1, 2)))).toThrow(/column 2 depends/)
  })
})

describe('matrixOperator and factorOperator', () => {
  it('multiply as the matrices do', async () => {
    const X = normal(6, 9, 3)
    const gram = await materialise(factorOperator(X, 0.5))
    const written = gram.data.map((_, at) => {
      let sum = 0
      for (let k = 0; k < 9; k++) sum += X.data[Math.floor(at / 6) * 9 + k]! * X.data[(at % 6) * 9 + k]!
      return sum / 2
    })
    expectClose(gram.data, written, { atol: 1e-13 })
    expectClose((await materialise(matrixOperator(gram))).data, gram.data)
    expect(() => matrixOperator(X)).toThrow(/6 × 9 is not square/)
  })
})

describe('counts by hand', () => {
  it('apply a threshold to stored eigenvalues, beside the other rules', () => {
    const spectrum = { values: Float64Array.of(9, 8, 1, 0.5, 0) }
    expect(countAboveThreshold(spectrum, 5)).toEqual({ rule: 'threshold', count: 2, threshold: 5, statistic: 3 })
    expect(countAboveThreshold(spectrum, 20)).toMatchObject({ count: 0, statistic: Number.NaN })
    expect(() => countAboveThreshold(spectrum, Number.NaN)).toThrow(/finite/)
    expect(outlierCounts(spectrum, 2).map(({ rule }) => rule)).toEqual(['theory', 'largestGap', 'logRatio', 'robustThreshold']) // prettier-ignore
  })
})

describe('trackOutliers', () => {
  const n = 30
  const frame = columns(qr(normal(n, 6, 4)).q)
  /** Vectors of equal values mixed by a random rotation, as a solver returns them. */
  function mixed(step: number, pairs: readonly (readonly [value: number, direction: number])[]): OutlierSet {
    const sorted = pairs.toSorted((a, b) => b[0] - a[0])
    const vectors = sorted.map(([, direction]) => frame[direction]!)
    for (let i = 0; i < sorted.length;) {
      let j = i
      while (j < sorted.length && sorted[j]![0] === sorted[i]![0]) j++
      const Q = random(step, `mix ${i}`).orthogonal(j - i, j - i)
      const group = vectors.slice(i, j)
      for (let a = 0; a < j - i; a++) {
        vectors[i + a] = Float64Array.from({ length: n }, (_, k) =>
          group.reduce((sum, v, b) => sum + v[k]! * Q[a * (j - i) + b]!, 0),
        )
      }
      i = j
    }
    return { step, values: sorted.map(([value]) => value), vectors }
  }
  const series = (history: ReturnType<typeof trackOutliers>, id: number) =>
    history.tracks[id]!.points.map(({ value }) => Math.round(value * 1e9) / 1e9)

  it('follows directions through a degenerate step and reports the crossing once', () => {
    const history = trackOutliers([
      mixed(0, [[5, 0], [3, 1], [1, 2]]), // prettier-ignore
      mixed(10, [[4, 0], [4, 1], [1, 2]]), // prettier-ignore
      mixed(20, [[3, 0], [5, 1], [1, 2]]), // prettier-ignore
      mixed(30, [[2, 0], [6, 1], [1, 2]]), // prettier-ignore
    ])
    expect([0, 1, 2].map((id) => series(history, id))).toEqual([[5, 4, 3, 2], [3, 4, 5, 6], [1, 1, 1, 1]]) // prettier-ignore
    expect(history.crossings).toEqual([{ step: 20, above: 1, below: 0 }])
    expect(history.tracks.every(({ born, died }) => born === 0 && died === null)).toBe(true)
    expectClose(history.overlaps.map(({ overlap }) => overlap), [1, 1, 1], { rtol: 1e-12 }) // prettier-ignore
  })

  it('reports births and deaths, also inside a degenerate group', () => {
    const history = trackOutliers([
      mixed(0, [[5, 0], [3, 1]]), // prettier-ignore
      mixed(1, [[5, 0], [3, 1], [3, 2], [3, 3]]), // prettier-ignore
      mixed(2, [[5, 0], [3, 2], [3, 3]]), // prettier-ignore
      mixed(3, []),
      mixed(4, [[5, 0]]), // prettier-ignore
    ])
    expect(history.tracks.map(({ born, died }) => [born, died])).toEqual([[0, 3], [0, 2], [1, 3], [1, 3], [4, null]]) // prettier-ignore
    expect(history.crossings).toEqual([])
    expectClose(history.overlaps.map(({ overlap }) => overlap), [1, 1], { rtol: 1e-12 }) // prettier-ignore
  })

  it('says what does not fit', () => {
    const set = mixed(3, [[5, 0]])
    expect(() => trackOutliers([set, set])).toThrow(/step 3 follows step 3/)
    expect(() => trackOutliers([{ ...set, values: [1, 2] }])).toThrow(/2 values and 1 vectors/)
  })
})

import { describe, expect, it } from 'vitest'
import { kronecker, matmul } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { accuracyOf } from '#main/probes/accuracyOf'
import { balancedness } from '#main/probes/balancedness'
import { definedMeasurements } from '#main/probes/definedMeasurements'
import { eigenvalueDensity } from '#main/probes/eigenvalueDensity'
import { eigenvectorQuality } from '#main/probes/eigenvectorQuality'
import { gradientCoefficients } from '#main/probes/gradientCoefficients'
import { listedEigenvalues } from '#main/probes/listedEigenvalues'
import { numericalRank } from '#main/probes/numericalRank'
import { subspaceFraction } from '#main/probes/subspaceFraction'
import { scalarMeasurement } from '#main/core/probe'
import { LabError } from '#shared/errors'
import { expectClose } from '../../helpers/expectClose'
import { filled } from './features'

describe('accuracyOf', () => {
  it('counts the samples whose own class is strictly largest', () => {
    const logits = matrix(3, 4, Float64Array.of(2, 0, 0, 1, 1, 1, 0, 5, 0, 0, 3, 6))
    // Columns (2,1,0) right, (0,1,0) right for class 1, (0,0,3) right for class 2, (1,5,6) right for class 2.
    expect(accuracyOf(logits, [1, 1, 2])).toBe(1)
    expect(accuracyOf(logits, [2, 1, 1])).toBe(0.5)
  })
  it('does not credit a network that answers every sample alike', () => {
    expect(accuracyOf(matrix(3, 6), [2, 2, 2])).toBe(0)
  })
})

describe('numericalRank', () => {
  it('counts singular values above the tolerance times the largest', () => {
    expect(numericalRank(Float64Array.of(2, 1, 0.21, 0.2, 1e-9), 0.1)).toBe(3)
    expect(numericalRank(new Float64Array(4), 0.1)).toBe(0)
    expect(numericalRank(new Float64Array(0), 0.1)).toBe(0)
  })
})

describe('balancedness', () => {
  const below = filled(3, 4, (i, j) => Math.cos(i + 3 * j))
  it('is zero for a factor whose transpose lies above it with the same decay', () => {
    const above = filled(4, 3, (i, j) => below.data[j * 4 + i]!)
    expect(balancedness(above, below, { above: 0.01, below: 0.01 })).toBeLessThan(1e-16)
    // Four times the decay is made up for by half the length.
    const half = filled(4, 3, (i, j) => above.data[i * 3 + j]! / 2)
    expect(balancedness(half, below, { above: 0.04, below: 0.01 })).toBeLessThan(1e-16)
  })
  it('refuses factors that are not neighbours', () => {
    expect(() => balancedness(below, below, { above: 1, below: 1 })).toThrow(/4 columns.*3 rows.*neighbours/)
  })
})

describe('eigenvectorQuality', () => {
  const P = filled(3, 3, (i, j) => 1 / (1 + i + j))
  const Q = filled(2, 2, (i, j) => (i === j ? 2 + i : 0.5))
  const [a, b] = [Float64Array.of(1, -2, 0.5), Float64Array.of(0.3, 1)]
  const imageOf = (A: typeof P, v: Float64Array) => matmul(A, matrix(v.length, 1, v)).data

  it('is 1 for an eigenvector and the squared cosine between v and Hv otherwise', () => {
    expect(
      eigenvectorQuality(
        a,
        a.map((x) => -3 * x),
      ),
    ).toBe(1)
    expectClose(eigenvectorQuality(Float64Array.of(1, 0), Float64Array.of(1, 1)), 0.5, { rtol: 1e-15 })
  })
  it('factorises over a Kronecker product', () => {
    const v = Float64Array.from({ length: 6 }, (_, at) => a[Math.floor(at / 2)]! * b[at % 2]!)
    const whole = eigenvectorQuality(v, imageOf(kronecker(P, Q), v))
    expectClose(whole, eigenvectorQuality(a, imageOf(P, a)) * eigenvectorQuality(b, imageOf(Q, b)), { rtol: 1e-13 })
  })
  it('is undefined where Hv is zero', () => {
    expect(() => eigenvectorQuality(a, new Float64Array(3))).toThrow(expect.objectContaining({ code: 'degenerate' }))
  })
})

describe('gradientCoefficients', () => {
  const above = filled(4, 3, (i, j) => Math.sin(1 + i * 3 + j))
  const below = filled(5, 3, (i, j) => Math.cos(2 + i * 3 + j))
  const gradient = matrix(4, 5, random(3, 'gradient').normal(20))

  it('agrees with inner products of the vectors v = μ_c ⊗ μ_c′ written out', () => {
    const { data } = gradientCoefficients(gradient, above, below)
    const norm = (v: Float64Array) => v.reduce((sum, x) => sum + x * x, 0)
    const expected = Array.from({ length: 9 }, (_, at) => {
      const [c, c2] = [Math.floor(at / 3), at % 3]
      const v = gradient.data.map((_, k) => above.data[Math.floor(k / 5) * 3 + c]! * below.data[(k % 5) * 3 + c2]!)
      return v.reduce((sum, x, k) => sum + x * gradient.data[k]!, 0) ** 2 / (norm(v) * norm(gradient.data))
    })
    expectClose(data, expected, { rtol: 1e-12, atol: 1e-15 })
  })
  it('has 1/K on the diagonal for a gradient Σ_c μ_c ⊗ μ_c of orthogonal means', () => {
    const frame = filled(4, 3, (i, j) => (i === j ? 2 : 0))
    const { data } = gradientCoefficients(matmul(frame, frame, { transposeB: true }), frame, frame)
    expectClose(
      data,
      [1, 0, 0, 0, 1, 0, 0, 0, 1].map((x) => x / 3),
      { rtol: 1e-15 },
    )
  })
  it('is undefined for a zero gradient or a zero mean', () => {
    expect(() => gradientCoefficients(matrix(4, 5), above, below)).toThrow(/gradient or a class mean is zero/)
    expect(() => gradientCoefficients(gradient, matrix(4, 3), below)).toThrow(/gradient or a class mean is zero/)
  })
})

describe('subspaceFraction', () => {
  const basis = [Float64Array.of(1, 0, 0), Float64Array.of(0, 1, 0)]
  it('is the share of the squared length inside', () => {
    expectClose(subspaceFraction(basis, Float64Array.of(3, 0, 4)), 9 / 25, { rtol: 1e-15 })
    expect(subspaceFraction([], Float64Array.of(3, 0, 4))).toBe(0)
  })
  it('is undefined for a zero vector', () => {
    expect(() => subspaceFraction(basis, new Float64Array(3))).toThrow(expect.objectContaining({ code: 'degenerate' }))
  })
})

describe('eigenvalueDensity', () => {
  it.each([
    ['spread out', [5, 1, 1, 0, -2]],
    ['all equal', [3, 3, 3]],
    ['all zero', [0, 0]],
  ])('integrates to 1 and covers the spectrum: %s', (_, eigenvalues) => {
    const { grid, density } = eigenvalueDensity(Float64Array.from(eigenvalues))
    const step = grid[1]! - grid[0]!
    // Four standard deviations beyond the ends leave out 6e-5; the grid has some dozen points per Gaussian.
    expectClose(
      density.reduce((sum, value) => sum + value * step, 0),
      1,
      { atol: 1e-4 },
    )
    expect(grid[0]).toBeLessThan(Math.min(...eigenvalues))
    expect(grid.at(-1)).toBeGreaterThan(Math.max(...eigenvalues))
  })
})

describe('listedEigenvalues', () => {
  it('keeps the largest of a very long spectrum and says so', () => {
    const long = Float64Array.from({ length: 5000 }, (_, i) => -i)
    expect(listedEigenvalues(long)).toEqual({ eigenvalues: long.slice(0, 4096), complete: false })
    expect(listedEigenvalues(long.slice(0, 9)).complete).toBe(true)
  })
})

describe('definedMeasurements', () => {
  const fails = (code: 'degenerate' | 'shape') => () => {
    throw new LabError(code, `is ${code}`)
  }
  it('leaves out what is undefined and keeps the rest', () => {
    const kept = scalarMeasurement('a', 1)
    expect(definedMeasurements([fails('degenerate'), () => kept])).toEqual([kept])
  })
  it('says why when nothing is defined, and passes other errors on', () => {
    expect(() => definedMeasurements([fails('degenerate'), fails('degenerate')])).toThrow('is degenerate')
    expect(() => definedMeasurements([() => scalarMeasurement('a', 1), fails('shape')])).toThrow('is shape')
  })
})

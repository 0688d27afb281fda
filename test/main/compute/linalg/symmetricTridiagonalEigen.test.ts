import { describe, expect, it } from 'vitest'
import { identity, matmul, symmetricEigenvalues, symmetricTridiagonalEigen } from '#main/compute/linalg/index'
import { random } from '#main/compute/rng/index'
import { diagonal, gap, tridiagonal } from './cases'

describe('symmetricTridiagonalEigen', () => {
  it.each([0, 1, 2, 3, 10, 77])('n = %i: residuals, orthogonality, order', (n) => {
    const alpha = random(1, 'alpha').normal(n)
    const beta = random(1, 'beta').normal(Math.max(0, n - 1))
    const { values, vectors, firstComponents } = symmetricTridiagonalEigen(alpha, beta)
    const T = tridiagonal([...alpha], [...beta])
    expect(gap(matmul(T, vectors), matmul(vectors, diagonal([...values])))).toBeLessThan(1e-13)
    expect(gap(matmul(vectors, vectors, { transposeA: true }), identity(n))).toBeLessThan(1e-13)
    expect([...values]).toEqual([...values].sort((a, b) => a - b))
    expect(firstComponents).toEqual(vectors.data.slice(0, n))
    symmetricEigenvalues(T).forEach((value, i) => expect(Math.abs(value - values[n - 1 - i]!)).toBeLessThan(1e-13))
  })

  it('knows the second difference: λ_j = 2 − 2 cos(jπ/(n+1)), first components √(2/(n+1)) sin(jπ/(n+1))', () => {
    const n = 50
    const { values, firstComponents } = symmetricTridiagonalEigen(
      new Float64Array(n).fill(2),
      new Float64Array(n - 1).fill(-1),
    )
    for (let j = 1; j <= n; j++) {
      const angle = (j * Math.PI) / (n + 1)
      expect(Math.abs(values[j - 1]! - (2 - 2 * Math.cos(angle)))).toBeLessThan(1e-14)
      const weight = firstComponents[j - 1]! ** 2
      expect(Math.abs(weight - (2 / (n + 1)) * Math.sin(angle) ** 2)).toBeLessThan(1e-14)
    }
  })

  it('gives Gauss–Legendre quadrature to full accuracy', () => {
    const n = 20
    const beta = Float64Array.from({ length: n - 1 }, (_, i) => (i + 1) / Math.sqrt(4 * (i + 1) ** 2 - 1))
    const { values, firstComponents } = symmetricTridiagonalEigen(new Float64Array(n), beta)
    for (const degree of [0, 2, 10, 38]) {
      const integral = values.reduce((sum, x, i) => sum + 2 * firstComponents[i]! ** 2 * x ** degree, 0)
      expect(Math.abs(integral - 2 / (degree + 1))).toBeLessThan(2e-15)
    }
  })

  it('splits at zeros and bears tiny couplings', () => {
    const { values, firstComponents } = symmetricTridiagonalEigen(Float64Array.of(3, 1, 2), Float64Array.of(0, 1e-200))
    expect([...values]).toEqual([1, 2, 3])
    expect([...firstComponents].map(Math.abs)).toEqual([0, 0, 1])
  })

  it('says how many entries belong beside the diagonal', () => {
    expect(() => symmetricTridiagonalEigen(Float64Array.of(1, 2), Float64Array.of(1, 2))).toThrow(/has 1 beside/)
  })
})

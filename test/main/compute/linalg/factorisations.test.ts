import { describe, expect, it } from 'vitest'
import { cholesky, dot, identity, kronecker, matmul, norm, qr, transpose } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { gap, gaussian, symmetricWith } from './cases'

describe('qr', () => {
  it.each([
    [5, 5],
    [20, 7],
    [7, 20],
    [1, 1],
    [4, 0],
  ])('%i × %i: orthonormal times upper triangular with a non-negative diagonal', (m, n) => {
    const a = gaussian(m, n)
    const { q, r } = qr(a)
    expect(gap(matmul(q, r), a)).toBeLessThan(1e-14 * Math.max(m, n))
    expect(gap(matmul(q, q, { transposeA: true }), identity(Math.min(m, n)))).toBeLessThan(1e-14)
    for (let i = 0; i < r.rows; i++) {
      expect(r.data[i * n + i]).toBeGreaterThanOrEqual(0)
      for (let j = 0; j < i; j++) expect(r.data[i * n + j]).toBe(0)
    }
  })

  it('bears dependent columns', () => {
    const a = matrix(3, 3, Float64Array.of(1, 2, 0, 1, 2, 0, 1, 2, 0))
    const { q, r } = qr(a)
    expect(gap(matmul(q, r), a)).toBeLessThan(1e-14)
    expect(gap(matmul(q, q, { transposeA: true }), identity(3))).toBeLessThan(1e-14)
  })
})

describe('cholesky', () => {
  it('is the lower factor', () => {
    const a = symmetricWith([5, 4, 3, 2, 1e-3])
    const L = cholesky(a)
    expect(gap(matmul(L, L, { transposeB: true }), a)).toBeLessThan(1e-14)
    for (let i = 0; i < 5; i++) for (let j = i + 1; j < 5; j++) expect(L.data[i * 5 + j]).toBe(0)
  })

  it('says where the matrix fails to be positive definite', () => {
    expect(() => cholesky(matrix(2, 2, Float64Array.of(1, 2, 2, 1)))).toThrow(/not positive definite at row 1/)
    expect(() => cholesky(matrix(1, 1, Float64Array.of(NaN)))).toThrow(/not positive definite/)
    expect(() => cholesky(matrix(1, 2))).toThrow(/not square/)
  })
})

describe('products', () => {
  it('matmul transposes as asked', () => {
    const [a, b] = [gaussian(3, 4, 1), gaussian(4, 5, 2)]
    const product = matmul(a, b)
    expect(matmul(transpose(a), b, { transposeA: true })).toEqual(product)
    expect(matmul(a, transpose(b), { transposeB: true })).toEqual(product)
    expect(matmul(transpose(a), transpose(b), { transposeA: true, transposeB: true })).toEqual(product)
    expect(() => matmul(a, a)).toThrow(/3 × 4 times 3 × 4/)
  })

  it('kronecker: vec(P W Q) = (P ⊗ Qᵀ) vec(W) for row-major vec', () => {
    const [P, W, Q] = [gaussian(2, 3, 1), gaussian(3, 4, 2), gaussian(4, 5, 3)]
    const direct = matmul(matmul(P, W), Q)
    const lifted = matmul(kronecker(P, transpose(Q)), matrix(12, 1, W.data))
    expect(gap(matrix(10, 1, direct.data), lifted)).toBeLessThan(1e-14)
  })

  it('norm neither overflows nor vanishes', () => {
    expect(norm(Float64Array.of(3, 4))).toBe(5)
    expect(norm(Float64Array.of(3e200, 4e200)) / 5e200).toBeCloseTo(1, 14)
    expect(norm(Float64Array.of(3e-200, 4e-200)) / 5e-200).toBeCloseTo(1, 14)
    expect(norm(Float64Array.of(1, NaN))).toBeNaN()
    expect(norm(Float64Array.of(1, -Infinity))).toBe(Infinity)
    expect(norm(Float64Array.of(-Infinity, NaN))).toBeNaN()
    expect(norm(new Float64Array(0))).toBe(0)
  })

  it('dot checks lengths', () => {
    expect(dot(Float64Array.of(1, 2), Float64Array.of(3, 4))).toBe(11)
    expect(() => dot(Float64Array.of(1), Float64Array.of(1, 2))).toThrow(/1 and 2 differ/)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  identity,
  matmul,
  norm,
  pseudoInverse,
  singularValues,
  svd,
  transpose,
  useLapack,
} from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { diagonal, gap, gaussian, rectangularCases, rectangularWith } from './cases'
import { lapack, routes } from './routes'

afterAll(() => useLapack(null))

describe.each(routes)('svd by $name', ({ present, lapack: library }) => {
  const test = present ? it : it.skip
  beforeAll(() => useLapack(library))

  test.each(rectangularCases)('$name', ({ a, values: expected }) => {
    const { u, s, vt } = svd(a)
    const r = Math.min(a.rows, a.cols)
    const allowed = 30 * Number.EPSILON * Math.sqrt(Math.max(a.rows, a.cols)) * norm(a.data)
    expect([u.rows, u.cols, s.length, vt.rows, vt.cols]).toEqual([a.rows, r, r, r, a.cols])
    expect(gap(matmul(matmul(u, diagonal([...s])), vt), a)).toBeLessThanOrEqual(allowed)
    expect(gap(matmul(u, u, { transposeA: true }), identity(r))).toBeLessThan(1e-13)
    expect(gap(matmul(vt, vt, { transposeB: true }), identity(r))).toBeLessThan(1e-13)
    expect([...s]).toEqual([...s].sort((x, y) => y - x))
    expect(s.every((value) => value >= 0)).toBe(true)
    singularValues(a).forEach((value, i) => expect(Math.abs(value - s[i]!)).toBeLessThanOrEqual(allowed))
    expected?.forEach((value, i) => expect(Math.abs(s[i]! - value)).toBeLessThanOrEqual(allowed))
  })

  test('refuses NaN', () => {
    expect(() => svd(matrix(1, 1, Float64Array.of(NaN)))).toThrow(/NaN/)
  })

  test('pseudoInverse satisfies the Penrose conditions', () => {
    for (const a of [gaussian(7, 4), gaussian(4, 7), rectangularWith(9, 6, [3, 2, 1])]) {
      const p = pseudoInverse(a, { cutoff: 1e-12 })
      expect(gap(matmul(matmul(a, p), a), a)).toBeLessThan(1e-13)
      expect(gap(matmul(matmul(p, a), p), p)).toBeLessThan(1e-12)
      const [ap, pa] = [matmul(a, p), matmul(p, a)]
      expect(gap(ap, transpose(ap))).toBeLessThan(1e-13)
      expect(gap(pa, transpose(pa))).toBeLessThan(1e-13)
    }
  })

  test('pseudoInverse drops what lies below the cut-off', () => {
    const p = pseudoInverse(diagonal([4, 1e-3]), { cutoff: 1e-2 })
    expect(gap(p, diagonal([0.25, 0]))).toBeLessThan(1e-15)
    expect(pseudoInverse(matrix(2, 3), { cutoff: 0 })).toEqual(matrix(3, 2))
  })
})

describe('both routes', () => {
  const test = lapack ? it : it.skip
  test.each(rectangularCases)('agree: $name', ({ a }) => {
    useLapack(null)
    const own = singularValues(a)
    useLapack(lapack)
    const theirs = singularValues(a)
    own.forEach((value, i) => expect(Math.abs(value - theirs[i]!)).toBeLessThanOrEqual(1e-12 * (theirs[0] ?? 0)))
  })
})

it('our own Jacobi keeps relative accuracy where columns differ in scale', () => {
  useLapack(null)
  const scales = [1, 1e-8, 1e-16, 1e-24]
  const q = svd(gaussian(6, 4)).u
  const a = matrix(
    6,
    4,
    q.data.map((x, i) => x * scales[i % 4]!),
  )
  // The columns are orthogonal up to ε relative to each, so the singular values are the scales.
  singularValues(a).forEach((value, i) => expect(Math.abs(value / scales[i]! - 1)).toBeLessThan(1e-13))
})

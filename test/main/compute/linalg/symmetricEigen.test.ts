import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identity, matmul, norm, symmetricEigen, symmetricEigenvalues, useLapack } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { diagonal, gap, symmetricCases, symmetricWith } from './cases'
import { lapack, routes } from './routes'

afterAll(() => useLapack(null))

describe.each(routes)('symmetricEigen by $name', ({ present, lapack: library }) => {
  const test = present ? it : it.skip
  beforeAll(() => useLapack(library))

  test.each(symmetricCases)('$name', ({ a, values: expected }) => {
    const { values, vectors } = symmetricEigen(a)
    const size = norm(a.data)
    // A backward stable method: a few ε ‖A‖ per dimension.
    const allowed = 30 * Number.EPSILON * Math.sqrt(a.rows) * size
    const images = matmul(a, vectors)
    expect(gap(images, matmul(vectors, diagonal([...values])))).toBeLessThanOrEqual(allowed)
    expect(gap(matmul(vectors, vectors, { transposeA: true }), identity(a.rows))).toBeLessThan(1e-13)
    expect([...values]).toEqual([...values].sort((x, y) => y - x))
    const alone = symmetricEigenvalues(a)
    values.forEach((value, i) => expect(Math.abs(alone[i]! - value)).toBeLessThanOrEqual(allowed))
    expected?.forEach((value, i) => expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(allowed))
  })

  test('leaves its argument alone and gives the same bits again', () => {
    const a = symmetricWith([3, 2, 1, 1, 0])
    const before = a.data.slice()
    const first = symmetricEigen(a)
    expect(a.data).toEqual(before)
    expect(symmetricEigen(a)).toEqual(first)
  })

  test('reads only the lower triangle', () => {
    const a = matrix(2, 2, Float64Array.of(2, 77, 1, 2))
    expect(symmetricEigen(a).values[0]).toBeCloseTo(3, 14)
  })

  test('refuses what has no eigenvalues', () => {
    expect(() => symmetricEigen(matrix(2, 3))).toThrow(/2 × 3 is not square/)
    expect(() => symmetricEigen(matrix(1, 1, Float64Array.of(NaN)))).toThrow(/NaN/)
  })
})

describe('both routes', () => {
  const test = lapack ? it : it.skip
  test.each(symmetricCases)('agree: $name', ({ a }) => {
    useLapack(null)
    const own = symmetricEigenvalues(a)
    useLapack(lapack)
    const theirs = symmetricEigenvalues(a)
    const size = Math.abs(theirs[0] ?? 0) + Math.abs(theirs.at(-1) ?? 0)
    own.forEach((value, i) => expect(Math.abs(value - theirs[i]!)).toBeLessThanOrEqual(1e-12 * size))
  })
})

import { describe, expect, it } from 'vitest'
import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { classDecomposition, type ClassVectors } from '#main/probes/classDecomposition'
import { expectClose } from '../../helpers/expectClose'

const [classSizes, N, K] = [[3, 1, 2], 6, 3]

function vectors(given: { weights: Matrix; separateOwnClass: boolean; features?: Matrix }): ClassVectors {
  const numbers = random(5, 'decomposition')
  const draw = (name: string, rows: number) => matrix(rows, N, numbers.derive(name).normal(rows * N))
  const directions = Array.from({ length: K }, (_, k) => draw(`direction ${k}`, 2))
  return { features: draw('features', 4), directions, classSizes, ...given }
}

/** Σ_{i,c'} ω v vᵀ, summand by summand. */
function gaussNewton({ directions, features, weights }: ClassVectors): Float64Array {
  const [rows, cols] = [directions[0]!.rows, features.rows]
  const size = rows * cols
  const sum = new Float64Array(size * size)
  for (const [k, direction] of directions.entries()) {
    for (let i = 0; i < N; i++) {
      const v = Array.from(
        { length: size },
        (_, at) => direction.data[Math.floor(at / cols) * N + i]! * features.data[(at % cols) * N + i]!,
      )
      for (let a = 0; a < size; a++)
        for (let b = 0; b < size; b++) sum[a * size + b]! += weights.data[k * N + i]! * v[a]! * v[b]!
    }
  }
  return sum
}

function summed(terms: ReturnType<typeof classDecomposition>): Float64Array {
  const squares = [terms.class, terms.cross, terms.within, terms.same].flatMap((X) =>
    X ? [matmul(X, X, { transposeB: true }).data] : [],
  )
  return squares.reduce((total, square) => total.map((value, at) => value + square[at]!))
}

describe('classDecomposition', () => {
  const equal = matrix(K, N, new Float64Array(K * N).fill(1 / N))
  const unequal = matrix(K, N, random(6, 'weights').uniform(K * N))

  it.each([
    ['equal weights, all classes', { weights: equal, separateOwnClass: false }],
    ['unequal weights, all classes', { weights: unequal, separateOwnClass: false }],
    ['unequal weights, own class apart', { weights: unequal, separateOwnClass: true }],
  ])('sums to the Gauss-Newton matrix, classes of different size: %s', (_, given) => {
    const all = vectors(given)
    // Sums of 18 products of order 10.
    expectClose(summed(classDecomposition(all)), gaussNewton(all), { atol: 1e-12 })
  })

  it('has no within part when the samples of a class are equal', () => {
    const columns = [0, 0, 0, 1, 2, 2]
    const repeated = (rows: number) =>
      matrix(
        rows,
        N,
        Float64Array.from({ length: rows * N }, (_, at) => Math.cos(Math.floor(at / N) + 2 * columns[at % N]!)),
      )
    const terms = classDecomposition({
      ...vectors({ weights: equal, separateOwnClass: false }),
      features: repeated(4),
      directions: [repeated(2), repeated(2), repeated(2)],
    })
    expectClose(terms.within.data, new Float64Array(terms.within.data.length), { atol: 1e-15 })
  })

  it('stays finite where a probability has underflowed to zero', () => {
    const weights = matrix(
      K,
      N,
      unequal.data.map((value, at) => (at < N ? 0 : value)),
    )
    const all = vectors({ weights, separateOwnClass: true })
    expectClose(summed(classDecomposition(all)), gaussNewton(all), { atol: 1e-12 })
  })

  it('says what does not fit', () => {
    const all = vectors({ weights: equal, separateOwnClass: false })
    expect(() => classDecomposition({ ...all, classSizes: [3, 3, 3] })).toThrow(/3 \+ 3 \+ 3.*6 columns/)
    expect(() => classDecomposition({ ...all, directions: all.directions.slice(1) })).toThrow(
      /2 output directions for 3/,
    )
  })
})

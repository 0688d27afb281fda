import { matmul, qr } from '#main/compute/linalg/index'
import { type Matrix, matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/index'

export function gaussian(rows: number, cols: number, seed = 1): Matrix {
  return matrix(rows, cols, random(seed, 'matrix').normal(rows * cols))
}

export function diagonal(values: readonly number[]): Matrix {
  const n = values.length
  const result = matrix(n, n)
  values.forEach((value, i) => (result.data[i * n + i] = value))
  return result
}

/** Q diag(values) Qᵀ with a random orthogonal Q, symmetric to the bit. */
export function symmetricWith(values: readonly number[], seed = 1): Matrix {
  const n = values.length
  const { q } = qr(gaussian(n, n, seed))
  const { data } = matmul(matmul(q, diagonal(values)), q, { transposeB: true })
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) data[j * n + i] = data[i * n + j]!
  return matrix(n, n, data)
}

/** U diag(values) Vᵀ with random orthonormal U (m × r) and V (n × r). */
export function rectangularWith(m: number, n: number, values: readonly number[], seed = 1): Matrix {
  const u = qr(gaussian(m, values.length, seed)).q
  const v = qr(gaussian(n, values.length, seed + 1)).q
  return matmul(matmul(u, diagonal(values)), v, { transposeB: true })
}

/** D A D with geometric D: entries fall by 1e-2 per row. */
export function graded(n: number): Matrix {
  const { data } = symmetricWith(Array.from({ length: n }, (_, i) => 1 + i / n))
  return matrix(
    n,
    n,
    data.map((x, i) => x * 10 ** -(Math.floor(i / n) + (i % n))),
  )
}

const ones = (n: number) => Array.from({ length: n }, () => 1)

export const symmetricCases: readonly { name: string; a: Matrix; values?: readonly number[] }[] = [
  { name: 'empty', a: matrix(0, 0), values: [] },
  { name: '1 × 1', a: matrix(1, 1, Float64Array.of(-3)), values: [-3] },
  { name: '2 × 2', a: matrix(2, 2, Float64Array.of(2, 1, 1, 2)), values: [3, 1] },
  { name: 'zero', a: matrix(6, 6), values: [0, 0, 0, 0, 0, 0] },
  { name: 'diagonal, unordered', a: diagonal([1, 5, -2, 5, 0]), values: [5, 5, 1, 0, -2] },
  { name: 'random', a: symmetricWith([...gaussian(1, 60).data]) },
  { name: 'one cluster', a: symmetricWith(ones(40)), values: ones(40) },
  {
    name: 'clusters and outliers',
    a: symmetricWith([100, 99.999999, 50, ...ones(20), ...Array.from({ length: 20 }, (_, i) => 1e-9 * i)]),
  },
  { name: 'rank 3 of 50', a: symmetricWith([4, 3, 2, ...Array.from({ length: 47 }, () => 0)]) },
  { name: 'graded', a: graded(8) },
  { name: 'huge', a: symmetricWith([3e200, 2e200, -1e200, 1e190]) },
  { name: 'tiny', a: symmetricWith([3e-200, 2e-200, -1e-200, 0]) },
  {
    name: 'Wilkinson W21+',
    a: tridiagonal(
      Array.from({ length: 21 }, (_, i) => Math.abs(10 - i)),
      ones(20),
    ),
  },
]

export const rectangularCases: readonly { name: string; a: Matrix; values?: readonly number[] }[] = [
  { name: 'empty', a: matrix(0, 0), values: [] },
  { name: '0 × 3', a: matrix(0, 3), values: [] },
  { name: '1 × 1', a: matrix(1, 1, Float64Array.of(-3)), values: [3] },
  { name: 'zero', a: matrix(4, 3), values: [0, 0, 0] },
  { name: 'row', a: matrix(1, 3, Float64Array.of(3, 0, 4)), values: [5] },
  { name: 'column', a: matrix(2, 1, Float64Array.of(3, 4)), values: [5] },
  { name: 'tall', a: gaussian(50, 20) },
  { name: 'wide', a: gaussian(20, 50) },
  { name: 'equal values', a: rectangularWith(30, 10, ones(10)), values: ones(10) },
  { name: 'rank 3', a: rectangularWith(20, 12, [4, 3, 2]), values: [4, 3, 2, ...Array.from({ length: 9 }, () => 0)] },
  { name: 'exactly repeated columns', a: matrix(3, 3, Float64Array.of(1, 1, 2, 2, 2, 4, 3, 3, 6)) },
  { name: 'graded', a: graded(8) },
  {
    name: 'wide range',
    a: rectangularWith(
      12,
      12,
      Array.from({ length: 12 }, (_, i) => 10 ** -i),
    ),
  },
  { name: 'huge', a: rectangularWith(5, 4, [3e200, 2e200, 1e200, 1e190]) },
]

export function tridiagonal(alpha: readonly number[], beta: readonly number[]): Matrix {
  const n = alpha.length
  const result = diagonal(alpha)
  beta.forEach((value, i) => (result.data[i * n + i + 1] = result.data[(i + 1) * n + i] = value))
  return result
}

/** max |a − b| */
export function gap(a: Matrix, b: Matrix): number {
  if (a.rows !== b.rows || a.cols !== b.cols) return NaN
  return a.data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b.data[i]!)), 0)
}

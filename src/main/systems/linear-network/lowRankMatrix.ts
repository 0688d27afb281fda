import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { Random } from '#main/compute/rng/random'

/** A diag(s) Bᵀ: rank s.length, with the given singular values if A and B have orthonormal columns. */
export function withSingularValues(A: Matrix, singularValues: readonly number[], B: Matrix): Matrix {
  const scaledColumns = matrix(
    A.rows,
    A.cols,
    A.data.map((value, at) => value * singularValues[at % A.cols]!),
  )
  return matmul(scaledColumns, B, { transposeB: true })
}

/** A random rows × cols matrix with the given singular values and Haar-distributed singular vectors. */
export function lowRankMatrix(rows: number, cols: number, singularValues: readonly number[], random: Random): Matrix {
  const r = singularValues.length
  const frame = (name: string, d: number) => matrix(d, r, random.derive(name).orthogonal(d, r))
  return withSingularValues(frame('left', rows), singularValues, frame('right', cols))
}

/** `count` numbers from `smallest` to `largest` in equal steps, descending; the largest alone for count 1. */
export function spacedValues(smallest: number, largest: number, count: number): number[] {
  if (count === 1) return [largest]
  return Array.from({ length: count }, (_, i) => largest - ((largest - smallest) * i) / (count - 1))
}

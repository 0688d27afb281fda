import { LabError } from '#shared/errors'
import { matrix, type Matrix } from '#main/compute/matrix'

/** The columns of a matrix as vectors. */
export function columns({ rows, cols, data }: Matrix): Float64Array[] {
  return Array.from({ length: cols }, (_, j) => Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]!))
}

/**
 * A matrix from its columns.
 *
 * @throws LabError 'shape' if there are none or their lengths differ
 */
export function fromColumns(vectors: readonly Float64Array[]): Matrix {
  const cols = vectors.length
  const rows = vectors[0]?.length
  if (rows === undefined || vectors.some((v) => v.length !== rows)) {
    throw new LabError('shape', 'fromColumns: give at least one vector, all of the same length.', { cols })
  }
  const A = matrix(rows, cols)
  vectors.forEach((v, j) => v.forEach((x, i) => (A.data[i * cols + j] = x)))
  return A
}

/** The chosen columns, in that order. */
export function selectColumns({ rows, cols, data }: Matrix, chosen: readonly number[]): Matrix {
  const selected = matrix(rows, chosen.length)
  chosen.forEach((from, to) => {
    for (let j = 0; j < rows; j++) selected.data[j * chosen.length + to] = data[j * cols + from]!
  })
  return selected
}

/** Zero vectors of length n one behind the other in memory, so that a library takes them as one matrix. */
export function sideBySide(n: number, count: number): Float64Array[] {
  const together = new Float64Array(count * n)
  return Array.from({ length: count }, (_, k) => together.subarray(k * n, (k + 1) * n))
}

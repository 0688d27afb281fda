import { LabError } from '#shared/errors'
import { type Matrix, matrix } from '../matrix'
import { norm } from './dense'
import { takeRowsAsColumns } from './order'
import { pivotedQr } from './qr'

/**
 * An orthonormal basis of the joint row space of matrices with N columns each.
 *
 * Householder QR with column pivoting of the rows as columns, each scaled to length 1, so that small matrices count as
 * much as large ones. A row that lies in the span of others to m ε of its length, with m rows in all, adds nothing.
 *
 * @returns N × r, r the rank
 * @throws LabError 'shape' if the numbers of columns differ or there are no matrices
 */
export function rowSpaceBasis(matrices: readonly Matrix[]): Matrix {
  const N = matrices[0]?.cols ?? 0
  if (matrices.length === 0 || matrices.some(({ cols }) => cols !== N)) {
    const given = matrices.map(({ rows, cols }) => `${rows} × ${cols}`).join(', ') || 'nothing'
    throw new LabError('shape', `rowSpaceBasis: got ${given}; give matrices with equal numbers of columns.`)
  }
  const rows = matrices.flatMap(({ rows, data }) =>
    Array.from({ length: rows }, (_, i) => data.subarray(i * N, (i + 1) * N)),
  )
  const spanning = rows.flatMap((row) => {
    const length = norm(row)
    return length > 0 ? [row.map((value) => value / length)] : []
  })
  const columns = matrix(N, spanning.length)
  spanning.forEach((row, j) => row.forEach((value, i) => (columns.data[i * spanning.length + j] = value)))
  const { qRows, r } = pivotedQr(columns, true)
  const cutoff = Math.max(1, rows.length) * Number.EPSILON
  let rank = 0
  while (rank < r.rows && Math.abs(r.data[rank * r.cols + rank]!) > cutoff) rank++
  return takeRowsAsColumns(
    qRows,
    N,
    Uint32Array.from({ length: rank }, (_, i) => i),
  )
}

import { type Matrix, matrix } from '../matrix'
import { takeRowsAsColumns } from './order'

export interface QrFactors {
  /** m × r with orthonormal columns, r = min(m, n). */
  readonly q: Matrix
  /** r × n, upper triangular. */
  readonly r: Matrix
}

/** Thin A = Q R by Householder reflections, with a non-negative diagonal of R: unique if A has full rank. */
export function qr(a: Matrix): QrFactors {
  const { qRows, r } = pivotedQr(a, false)
  const rank = r.rows
  for (let i = 0; i < rank; i++) {
    if (r.data[i * a.cols + i]! >= 0) continue
    for (let j = i; j < a.cols; j++) r.data[i * a.cols + j] = 0 - r.data[i * a.cols + j]!
    for (let j = 0; j < a.rows; j++) qRows[i * a.rows + j] = 0 - qRows[i * a.rows + j]!
  }
  return {
    q: takeRowsAsColumns(
      qRows,
      a.rows,
      Uint32Array.from({ length: rank }, (_, i) => i),
    ),
    r,
  }
}

export interface PivotedQr {
  /** Qᵀ, r × m: column i of Q is contiguous. */
  readonly qRows: Float64Array
  /** r × n, upper triangular, for the columns in pivoted order. */
  readonly r: Matrix
  /** pivots[j] is the column of A that stands at place j. */
  readonly pivots: Uint32Array
}

/**
 * A P = Q R, with P = I or greedy: each step takes the column that has most left, which orders the rows of R by size.
 * Golub and Van Loan, Matrix Computations, algorithms 5.2.1 and 5.4.1; the remaining norms are computed afresh, since
 * updating them cancels.
 */
export function pivotedQr({ rows: m, cols: n, data }: Matrix, pivot: boolean): PivotedQr {
  const rank = Math.min(m, n)
  // Work on Aᵀ: a column of A is contiguous.
  const columns = new Float64Array(n * m)
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) columns[j * m + i] = data[i * n + j]!
  const pivots = Uint32Array.from({ length: n }, (_, j) => j)
  const place = Uint32Array.from({ length: n }, (_, j) => j * m)
  const betas = new Float64Array(rank)
  const heads = new Float64Array(rank)
  for (let k = 0; k < rank; k++) {
    if (pivot) {
      let [best, size] = [k, -1]
      for (let j = k; j < n; j++) {
        const left = overlap(columns, place[j]!, columns, place[j]!, k, m)
        if (left > size) [best, size] = [j, left]
      }
      ;[pivots[k], pivots[best]] = [pivots[best]!, pivots[k]!]
      ;[place[k], place[best]] = [place[best]!, place[k]!]
    }
    const v = place[k]!
    const head = columns[v + k]!
    const tail = overlap(columns, v, columns, v, k + 1, m)
    if (tail === 0) {
      heads[k] = head
      continue
    }
    const mu = head >= 0 ? -Math.sqrt(head * head + tail) : Math.sqrt(head * head + tail)
    heads[k] = mu
    columns[v + k] = head - mu
    betas[k] = 1 / (mu * (mu - head))
    for (let j = k + 1; j < n; j++) reflect(columns, place[j]!, columns, v, betas[k]!, k, m)
  }
  const r = matrix(rank, n)
  for (let i = 0; i < rank; i++) {
    r.data[i * n + i] = heads[i]!
    for (let j = i + 1; j < n; j++) r.data[i * n + j] = columns[place[j]! + i]!
  }
  const qRows = new Float64Array(rank * m)
  for (let i = 0; i < rank; i++) qRows[i * m + i] = 1
  for (let k = rank - 1; k >= 0; k--) {
    for (let i = k; i < rank; i++) reflect(qRows, i * m, columns, place[k]!, betas[k]!, k, m)
  }
  return { qRows, r, pivots }
}

function overlap(x: Float64Array, atX: number, y: Float64Array, atY: number, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += x[atX + i]! * y[atY + i]!
  return sum
}

/** x ← (I − β v vᵀ) x on entries from … to − 1. */
function reflect(x: Float64Array, atX: number, v: Float64Array, atV: number, beta: number, from: number, to: number) {
  if (beta === 0) return
  const factor = beta * overlap(x, atX, v, atV, from, to)
  for (let i = from; i < to; i++) x[atX + i] = x[atX + i]! - factor * v[atV + i]!
}

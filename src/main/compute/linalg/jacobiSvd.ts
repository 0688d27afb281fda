import { LabError } from '#shared/errors'
import { type Matrix, matrix } from '../matrix'
import { takeRowsAsColumns } from './order'
import { pivotedQr } from './qr'

const MAX_SWEEPS = 60
/** Squares below this are lost: such rows count as zero beside a largest entry of 1. */
const TINY_SQUARE = 1e-290

/**
 * One-sided Jacobi after a QR with column pivoting: A P = Q R, then rotations J make the rows of R orthogonal, so that
 * J R = S Wᵀ, U = Q Jᵀ, V = P W. Drmač and Veselić 2008, SIAM J. Matrix Anal. Appl. 29 (the pivoting cuts the number
 * of sweeps). Small singular values keep relative accuracy wherever the scaling of the columns is to blame for them.
 *
 * @param a m × n with m ≥ n, largest entry of order 1
 */
export function jacobiSvd(a: Matrix): { u: Matrix; s: Float64Array; vt: Matrix } {
  const { rows: m, cols: n } = a
  const { qRows, r, pivots } = pivotedQr(a, true)
  const lengths = orthogonaliseInPlace(r.data, n, qRows, m)
  const order = Uint32Array.from(lengths.keys()).sort((i, j) => lengths[j]! - lengths[i]!)
  const s = Float64Array.from(order, (i) => lengths[i]!)
  return { u: takeRowsAsColumns(qRows, m, order), s, vt: rightVectors(r.data, n, order, s, pivots) }
}

/** The same without vectors, about half the work; same bits. */
export function jacobiSingularValues(a: Matrix): Float64Array {
  const { r } = pivotedQr(a, true)
  return orthogonaliseInPlace(r.data, a.cols, null, 0).sort().reverse()
}

/** Sweeps until all pairs of rows are orthogonal; returns their lengths. q, if given, takes the same rotations. */
function orthogonaliseInPlace(work: Float64Array, n: number, q: Float64Array | null, m: number): Float64Array {
  const squares = new Float64Array(n)
  for (let sweep = 0; ; sweep++) {
    if (sweep === MAX_SWEEPS) throw new LabError('internal', 'The Jacobi iteration did not converge.', { n })
    for (let i = 0; i < n; i++) squares[i] = dotRows(work, i, i, n)
    if (!sweepPairs(work, n, squares, q, m)) break
  }
  return squares.map((square) => (square < TINY_SQUARE ? 0 : Math.sqrt(square)))
}

/** One sweep over all pairs; says whether any pair was rotated. */
function sweepPairs(work: Float64Array, n: number, squares: Float64Array, q: Float64Array | null, m: number): boolean {
  const tolerance = Number.EPSILON * Math.sqrt(n)
  let rotated = false
  for (let i = 0; i < n - 1; i++) {
    for (let j = i + 1; j < n; j++) {
      const [a, b] = [squares[i]!, squares[j]!]
      if (a < TINY_SQUARE || b < TINY_SQUARE) continue
      const overlap = dotRows(work, i, j, n)
      if (Math.abs(overlap) <= tolerance * Math.sqrt(a) * Math.sqrt(b)) continue
      rotated = true
      const zeta = (b - a) / (2 * overlap)
      const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
      const c = 1 / Math.sqrt(1 + t * t)
      rotateRows(work, i, j, n, c, c * t)
      if (q) rotateRows(q, i, j, m, c, c * t)
      // Fresh, not updated: for rows of very different size the update cancels.
      squares[i] = dotRows(work, i, i, n)
      squares[j] = dotRows(work, j, j, n)
    }
  }
  return rotated
}

function dotRows(x: Float64Array, i: number, j: number, width: number): number {
  const [a, b] = [i * width, j * width]
  let sum = 0
  for (let k = 0; k < width; k++) sum += x[a + k]! * x[b + k]!
  return sum
}

function rotateRows(x: Float64Array, i: number, j: number, width: number, c: number, s: number): void {
  const [a, b] = [i * width, j * width]
  for (let k = 0; k < width; k++) {
    const p = x[a + k]!
    const q = x[b + k]!
    x[a + k] = c * p - s * q
    x[b + k] = s * p + c * q
  }
}

/** Rows of S Wᵀ divided by s, columns back in their places; where s is 0, any orthonormal completion. */
function rightVectors(work: Float64Array, n: number, order: Uint32Array, s: Float64Array, pivots: Uint32Array): Matrix {
  const vt = matrix(n, n)
  for (let i = 0; i < n; i++) {
    const row = vt.data.subarray(i * n, (i + 1) * n)
    if (s[i]! > 0) {
      for (let k = 0; k < n; k++) row[pivots[k]!] = work[order[i]! * n + k]! / s[i]!
    } else {
      completeInPlace(vt.data, i, n)
    }
  }
  return vt
}

/** Row i ← a unit vector orthogonal to the rows before it: the best of the coordinate axes, projected twice. */
function completeInPlace(rows: Float64Array, i: number, n: number): void {
  let [axis, most] = [0, -1]
  for (let k = 0; k < n; k++) {
    let covered = 0
    for (let j = 0; j < i; j++) covered += rows[j * n + k]! ** 2
    if (1 - covered > most) [axis, most] = [k, 1 - covered]
  }
  rows[i * n + axis] = 1
  for (let pass = 0; pass < 2; pass++) {
    for (let j = 0; j < i; j++) {
      const overlap = dotRows(rows, i, j, n)
      for (let k = 0; k < n; k++) rows[i * n + k] = rows[i * n + k]! - overlap * rows[j * n + k]!
    }
    const length = Math.sqrt(dotRows(rows, i, i, n))
    for (let k = 0; k < n; k++) rows[i * n + k] = rows[i * n + k]! / length
  }
}

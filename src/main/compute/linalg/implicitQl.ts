import { LabError } from '#shared/errors'
import { RotationQueue } from './rotations'

const MAX_SWEEPS = 60
// From here on an eigenvalue far below the norm is not worth the wait: couplings below ε ‖T‖ are dropped.
const PATIENCE = 20

/**
 * Eigenvalues of a symmetric tridiagonal matrix by QL steps with implicit Wilkinson shifts, vectors by applying every
 * rotation to the columns of a matrix. Dubrulle, Martin, Wilkinson 1968 (EISPACK imtql2); off-diagonals are dropped by LAPACK's
 * test e² ≤ ε² |d_m d_{m+1}|, which spares small entries of graded matrices.
 *
 * @param d n diagonal entries of order 1 or less; becomes the eigenvalues, in no order
 * @param e n entries, the last unused; destroyed
 * @param vectors rows × n, row-major, or null; column i becomes the combination that belongs to eigenvalue i
 */
export function implicitQlInPlace(d: Float64Array, e: Float64Array, vectors: Float64Array | null): void {
  const n = d.length
  const queue = vectors && n > 0 ? new RotationQueue(vectors, vectors.length / n, n) : null
  const size = d.reduce((largest, value, i) => Math.max(largest, Math.abs(value), Math.abs(e[i]!)), 0)
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      const floor = sweep < PATIENCE ? 1e-300 : (Number.EPSILON * size) ** 2
      let m = l
      while (m < n - 1 && !negligible(e[m]!, d[m]!, d[m + 1]!, floor)) m++
      if (m === l) break
      if (sweep === MAX_SWEEPS) {
        throw new LabError('internal', 'The QL iteration did not converge.', { n, eigenvalue: l })
      }
      qlStep(d, e, l, m, queue)
    }
  }
  queue?.flush()
}

/** One implicit step on the unreduced block l … m, from its bottom to its top. */
function qlStep(d: Float64Array, e: Float64Array, l: number, m: number, queue: RotationQueue | null) {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!)
  g = d[m]! - d[l]! + e[l]! / (g + Math.sign(g || 1) * Math.hypot(g, 1))
  let [s, c, p] = [1, 1, 0]
  for (let i = m - 1; i >= l; i--) {
    const [f, b] = [s * e[i]!, c * e[i]!]
    const r = Math.sqrt(f * f + g * g)
    e[i + 1] = r
    if (r === 0) {
      // Underflow: the block splits here, and the next pass finds it.
      d[i + 1] = d[i + 1]! - p
      e[m] = 0
      return
    }
    s = f / r
    c = g / r
    g = d[i + 1]! - p
    const t = (d[i]! - g) * s + 2 * c * b
    p = s * t
    d[i + 1] = g + p
    g = c * t - b
    queue?.push(i, c, s)
  }
  d[l] = d[l]! - p
  e[l] = g
  e[m] = 0
}

function negligible(e: number, left: number, right: number, floor: number): boolean {
  return e * e <= Number.EPSILON ** 2 * Math.abs(left * right) + floor
}

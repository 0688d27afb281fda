import { norm } from '#main/compute/linalg/index'
import { addCombinationInPlace, project, type StoredVector } from './storedVectors'
import { scaleInPlace } from './vectorOps'

/**
 * A pass that takes away more than this share of a vector's length leaves errors along the basis that are not small
 * beside the rest, and has to be repeated. Daniel, Gragg, Kaufman & Stewart 1976, Math. Comp. 30, 772.
 */
const KEPT = 0.7

/**
 * One pass of w ← w − Q (Qᵀ w) over orthonormal vectors: all coefficients first, so that it is two products with Q
 * (classical Gram-Schmidt; see `project` for its speed).
 *
 * @param w length n, changed
 * @param vectors orthonormal, each of length n
 * @returns the coefficients Qᵀ w, in the order of the vectors
 */
export function orthogonaliseInPlace(w: Float64Array, vectors: readonly StoredVector[]): Float64Array {
  const coefficients = project(vectors, w)
  addCombinationInPlace(w, vectors, coefficients, -1)
  return coefficients
}

/**
 * Passes until w is orthogonal to rounding. Theory note 01, section 7, asks for two: the first leaves errors of
 * eps · ‖w before‖, which is much when w shrinks a lot; the second removes them ("twice is enough", Parlett, The Symmetric
 * Eigenvalue Problem, section 6.9). Where w keeps 0.7 of its length the first pass left next to nothing, and is enough.
 *
 * @returns the sum of the coefficients over the passes
 */
export function orthogonaliseFullyInPlace(w: Float64Array, vectors: readonly StoredVector[]): Float64Array {
  let before = norm(w)
  const total = orthogonaliseInPlace(w, vectors)
  for (let pass = 1; pass < 3; pass++) {
    const after = norm(w)
    if (!(after < KEPT * before)) break
    orthogonaliseInPlace(w, vectors).forEach((c, j) => (total[j]! += c))
    before = after
  }
  return total
}

/**
 * Makes w a unit vector orthogonal to others.
 *
 * @returns the share of its length that lay outside; where that is not above `least`, w is of no use
 */
export function normaliseOutsideInPlace(w: Float64Array, others: readonly StoredVector[], least: number): number {
  const length = norm(w)
  if (!(length > 0)) return 0
  scaleInPlace(w, 1 / length)
  orthogonaliseFullyInPlace(w, others)
  const left = norm(w)
  if (!(left > least)) return left
  scaleInPlace(w, 1 / left)
  // Dividing by a small length magnifies what the passes left over.
  orthogonaliseFullyInPlace(w, others)
  scaleInPlace(w, 1 / norm(w))
  return left
}

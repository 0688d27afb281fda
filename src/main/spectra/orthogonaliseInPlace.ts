import { norm } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { addCombinationsInPlace, projectBlock, type StoredVector } from './storedVectors'
import { scaleInPlace } from './vectorOps'

/**
 * A pass that takes away more than this share of a vector's length leaves errors along the basis that are not small
 * beside the rest, and has to be repeated. Daniel, Gragg, Kaufman & Stewart 1976, Math. Comp. 30, 772.
 */
const KEPT = 0.7

/**
 * One pass of W ← W − Q (Qᵀ W) over orthonormal vectors: all coefficients first, so that it is two products with Q
 * (classical Gram-Schmidt; see `projectBlock` for its speed).
 *
 * @param block b vectors of length n, changed
 * @param vectors orthonormal, each of length n
 * @returns the coefficients Qᵀ W, m × b
 */
export function orthogonaliseInPlace(block: readonly Float64Array[], vectors: readonly StoredVector[]): Matrix {
  const coefficients = projectBlock(vectors, block)
  addCombinationsInPlace(block, vectors, coefficients, -1)
  return coefficients
}

/**
 * Passes until every vector is orthogonal to rounding. Theory note 01, section 7, asks for two: the first leaves errors
 * of eps · ‖w before‖, which is much when w shrinks a lot; the second removes them ("twice is enough", Parlett, The
 * Symmetric Eigenvalue Problem, section 6.9). Where all keep 0.7 of their length the first pass left next to nothing, and
 * is enough.
 *
 * @returns the sum of the coefficients over the passes
 */
export function orthogonaliseFullyInPlace(block: readonly Float64Array[], vectors: readonly StoredVector[]): Matrix {
  let before = block.map(norm)
  const total = orthogonaliseInPlace(block, vectors)
  for (let pass = 1; pass < 3; pass++) {
    const after = block.map(norm)
    if (!after.some((length, k) => length < KEPT * before[k]!)) break
    orthogonaliseInPlace(block, vectors).data.forEach((c, at) => (total.data[at]! += c))
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
  orthogonaliseFullyInPlace([w], others)
  const left = norm(w)
  if (!(left > least)) return left
  scaleInPlace(w, 1 / left)
  // Dividing by a small length magnifies what the passes left over.
  orthogonaliseFullyInPlace([w], others)
  scaleInPlace(w, 1 / norm(w))
  return left
}

import { dot } from '#main/compute/linalg/index'
import { addScaledInPlace } from './vectorOps'

/**
 * One pass of w ← w − Σ_i q_i (q_iᵀ w) over orthonormal vectors q_i.
 *
 * Theory note 01, section 7, asks for two passes: the first leaves errors of eps · ‖w before‖, which is much when w
 * shrinks a lot; the second removes them ("twice is enough", Parlett, The Symmetric Eigenvalue Problem, section 6.9).
 *
 * @param w length n, changed
 * @param vectors orthonormal, each of length n
 */
export function orthogonaliseInPlace(w: Float64Array, ...vectors: readonly (readonly Float64Array[])[]): void {
  for (const group of vectors) for (const q of group) addScaledInPlace(w, -dot(q, w), q)
}

import { LabError } from '#shared/errors'
import { dot } from '#main/compute/linalg/index'

/**
 * How much of a vector lies in a subspace: ‖Uᵀ g‖² / ‖g‖².
 *
 * Theory note 01, section 4; Gur-Ari, Roberts, Dyer 2018, arXiv:1812.04754.
 *
 * @param basis columns u_1 … u_k of U, orthonormal, each as long as g; read once, one after the other
 * @returns from 0 (orthogonal) to 1 (inside)
 * @throws LabError 'degenerate' if g is zero
 */
export function subspaceFraction(basis: Iterable<Float64Array>, g: Float64Array): number {
  const length = dot(g, g)
  if (length === 0) throw new LabError('degenerate', 'subspaceFraction: the vector is zero and has no direction.')
  let inside = 0
  for (const u of basis) inside += dot(u, g) ** 2
  return inside / length
}

import { LabError } from '#shared/errors'
import { dot, norm } from '#main/compute/linalg/index'

/**
 * How nearly v is an eigenvector of H: f = (vᵀ H v)² / (‖v‖² ‖H v‖²), 1 exactly if it is one.
 *
 * Theory note 01, section 4; Garrod & Keating 2024, arXiv:2404.06106. The squared cosine of the angle between v and Hv.
 * For a Kronecker product it factorises: f(P ⊗ Q, a ⊗ b) = f(P, a) f(Q, b).
 *
 * @param v any length but zero
 * @param image H v
 * @throws LabError 'degenerate' if v or H v is zero, where f is 0/0
 */
export function eigenvectorQuality(v: Float64Array, image: Float64Array): number {
  const [length, imageLength] = [norm(v), norm(image)]
  if (length === 0 || imageLength === 0) {
    throw new LabError('degenerate', 'eigenvectorQuality: v or H v is zero, so the angle between them is undefined.')
  }
  return (dot(v, image) / length / imageLength) ** 2
}

import { singularValues } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'

/**
 * All eigenvalues of scale · X Xᵀ (d × d) from the singular values of X (d × N): scale · σ_i², and d − N exact zeros
 * where N < d.
 *
 * Theory note 01, section 7, "Gram route". X Xᵀ is never formed: squaring first would lose eigenvalues below
 * eps · λ_max, while σ_i is accurate to eps · σ_max.
 *
 * @param X d × N
 * @param scale for instance 1/N for a covariance
 * @returns d values, descending for scale ≥ 0
 */
export function gramSpectrum(X: Matrix, scale = 1): Float64Array {
  const values = new Float64Array(X.rows)
  singularValues(X).forEach((sigma, i) => (values[i] = scale * sigma ** 2))
  return values
}

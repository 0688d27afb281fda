import { matmul } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { classMeans } from './classMeans'
import { scaled } from './scaled'
import { withinDeviations } from './withinDeviations'

/**
 * Within-class covariance Σ_W = 1/N Σ_ic (h_ic − μ_c)(h_ic − μ_c)ᵀ. Theory note 01, section 4.
 *
 * @param features d × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns d × d, in squared units of the features
 * @throws LabError 'shape' if the sizes do not fit the columns
 */
export function withinCovariance(features: Matrix, classSizes: readonly number[]): Matrix {
  // Means first, deviations second: E[hhᵀ] − μμᵀ cancels badly near collapse.
  const deviations = withinDeviations(features, classMeans(features, classSizes), classSizes)
  return scaled(matmul(deviations, deviations, { transposeB: true }), 1 / features.cols)
}

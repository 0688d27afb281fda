import { matmul } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { centredMeans, classMeans } from './classMeans'
import { scaled } from './scaled'

/**
 * Between-class covariance Σ_B = 1/K Σ_c (μ_c − μ_G)(μ_c − μ_G)ᵀ with μ_G the mean of the class means.
 *
 * Theory note 01, section 4; note 05, S-D, for the choice of the centre when classes differ in size.
 *
 * @param features d × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns d × d, of rank at most K − 1, in squared units of the features
 * @throws LabError 'shape' if the sizes do not fit the columns
 */
export function betweenCovariance(features: Matrix, classSizes: readonly number[]): Matrix {
  const centred = centredMeans(classMeans(features, classSizes))
  return scaled(matmul(centred, centred, { transposeB: true }), 1 / centred.cols)
}

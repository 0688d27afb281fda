import { LabError } from '#shared/errors'
import { matmul } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { classMeans } from './classMeans'

/**
 * Class discrimination 1 − max_{k ≠ k'} cos(z̄_k, z̄_k') of one layer's features, class means not centred.
 *
 * Called D_l in Wang et al. 2023, arXiv:2311.02960 (whose C_l is our `separation`); theory note 05, S-B. Not invariant
 * under a shift of all features.
 *
 * @param features d × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns from 0 (two classes in one direction) to 1 + 1/(K − 1) (a simplex)
 * @throws LabError 'shape' if the sizes do not fit the columns;
 *   'degenerate' for fewer than two classes or a class mean of zero, which has no direction
 */
export function discrimination(features: Matrix, classSizes: readonly number[]): number {
  const means = classMeans(features, classSizes)
  const K = means.cols
  const gram = matmul(means, means, { transposeA: true }).data
  const length = (k: number) => Math.sqrt(gram[k * K + k]!)
  let largest = -Infinity
  for (let k = 0; k < K; k++) {
    if (length(k) === 0) throw new LabError('degenerate', `discrimination: the mean of class ${k} is zero.`, { k })
    for (let other = 0; other < k; other++) {
      largest = Math.max(largest, gram[k * K + other]! / (length(k) * length(other)))
    }
  }
  if (K < 2) throw new LabError('degenerate', 'discrimination: one class has nothing to be told apart from.', { K })
  return 1 - largest
}

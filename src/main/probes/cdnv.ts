import { LabError } from '#shared/errors'
import type { Matrix } from '#main/compute/matrix'
import { classColumns } from './classColumns'
import { classMeans } from './classMeans'
import { withinDeviations } from './withinDeviations'

/**
 * Class-distance normalised variance: the mean over pairs of classes of (v_k + v_k') / (2 ‖μ_k − μ_k'‖²), v_k the mean
 * squared distance of class k's samples from their mean.
 *
 * Galanti, György, Hutter 2022, arXiv:2112.15121; theory note 05, S-D (`cdnv`).
 *
 * @param features d × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns dimensionless, ≥ 0; 0 means within-class collapse
 * @throws LabError 'shape' if the sizes do not fit the columns; 'degenerate' if two class means coincide
 */
export function cdnv(features: Matrix, classSizes: readonly number[]): number {
  const means = classMeans(features, classSizes)
  const [K, d, N] = [means.cols, features.rows, features.cols]
  const deviations = withinDeviations(features, means, classSizes).data
  const variances = classColumns('cdnv', features, classSizes).map(({ start, end }) => {
    let sum = 0
    for (let a = 0; a < d; a++) for (let i = start; i < end; i++) sum += deviations[a * N + i]! ** 2
    return sum / (end - start)
  })
  let total = 0
  for (let k = 0; k < K; k++) {
    for (let other = 0; other < k; other++) {
      let distance = 0
      for (let a = 0; a < d; a++) distance += (means.data[a * K + k]! - means.data[a * K + other]!) ** 2
      if (distance === 0) {
        throw new LabError('degenerate', `cdnv: the means of classes ${other} and ${k} coincide.`, { other, k })
      }
      total += (variances[k]! + variances[other]!) / (2 * distance)
    }
  }
  return total / ((K * (K - 1)) / 2)
}

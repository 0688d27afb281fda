import { LabError } from '#shared/errors'
import { matrix, type Matrix } from '#main/compute/matrix'
import { classMeans } from './classMeans'
import { deviationProducts } from './deviationProducts'

/**
 * Class separation D = tr(Σ_W) / tr(Σ_B) of one layer's features.
 *
 * Σ_W = 1/N Σ (z − z̄_k)(z − z̄_k)ᵀ over all N samples; Σ_B = 1/K Σ_k (z̄_k − z_G)(z̄_k − z_G)ᵀ, z_G the mean
 * of all samples. Theory note 05, S-B. Called C_l in Wang et al. 2023, arXiv:2311.02960, whose D_l is our
 * `discrimination`. Not NC1: no pseudo-inverse, so it also sees scatter outside the span of the means.
 *
 * @param features d × N, row-major, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns dimensionless, ≥ 0; 0 means within-class collapse (rounding may leave about 1e-32)
 * @throws LabError 'shape' if the sizes do not fit the columns;
 *   'degenerate' if all class means coincide, because D is undefined there
 */
export function separation(features: Matrix, classSizes: readonly number[]): number {
  const means = classMeans(features, classSizes)
  const { squares } = deviationProducts(features, means, classSizes, matrix(features.rows, 0))
  return separationOf(squares / features.cols, means, classSizes)
}

/** D from tr(Σ_W) and the class means. A trace is a sum over coordinates: no d × d matrix is ever formed. */
export function separationOf(traceWithin: number, means: Matrix, classSizes: readonly number[]): number {
  const { rows: d, cols: K, data } = means
  const N = classSizes.reduce((sum, n) => sum + n, 0)
  let between = 0
  for (let i = 0; i < d; i++) {
    const row = data.subarray(i * K, (i + 1) * K)
    // Relative to the first mean, so that equal means have a distance of exactly zero.
    const shifted = row.map((mean) => mean - row[0]!)
    const centre = shifted.reduce((sum, mean, k) => sum + (classSizes[k]! / N) * mean, 0)
    between += shifted.reduce((sum, mean) => sum + (mean - centre) ** 2 / K, 0)
  }
  if (between === 0) throw new LabError('degenerate', 'separation: all class means coincide.', { K })
  return traceWithin / between
}

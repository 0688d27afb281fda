import { LabError } from '#shared/errors'
import type { Matrix } from '#main/compute/matrix'
import { classColumns } from './classColumns'

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
  const columns = classColumns('separation', features, classSizes)
  const { rows: d, cols: N, data } = features
  const K = columns.length
  let [within, between] = [0, 0]
  // A trace is a sum over coordinates: go row by row and never form a d × d matrix.
  // Means first, deviations second: the one-pass formula cancels badly near collapse.
  for (let i = 0; i < d; i++) {
    const row = data.subarray(i * N, (i + 1) * N)
    const globalMean = mean(row)
    for (const { start, end } of columns) {
      const samples = row.subarray(start, end)
      const classMean = mean(samples)
      between += (classMean - globalMean) ** 2 / K
      for (const z of samples) within += (z - classMean) ** 2 / N
    }
  }
  if (between === 0) throw new LabError('degenerate', 'separation: all class means coincide.', { K })
  return within / between
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

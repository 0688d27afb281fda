import { matrix, type Matrix } from '#main/compute/matrix'
import { classColumns } from './classColumns'

/**
 * Deviations of the samples from their class means, h_ic − μ_c.
 *
 * @param features d × N, columns ordered by class
 * @param means d × K, of the same features
 * @returns d × N
 * @throws LabError 'shape' if the sizes do not fit the columns
 */
export function withinDeviations(features: Matrix, means: Matrix, classSizes: readonly number[]): Matrix {
  const columns = classColumns('withinDeviations', features, classSizes)
  const { rows: d, cols: N, data } = features
  const deviations = matrix(d, N)
  for (let a = 0; a < d; a++) {
    for (const { k, start, end } of columns) {
      const mean = means.data[a * means.cols + k]!
      for (let i = start; i < end; i++) deviations.data[a * N + i] = data[a * N + i]! - mean
    }
  }
  return deviations
}

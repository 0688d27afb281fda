import { matrix, type Matrix } from '#main/compute/matrix'
import { classColumns } from './classColumns'

/**
 * Class means M = [μ_1 … μ_K], μ_c = 1/n_c Σ_i h_ic. Theory note 01, section 4.
 *
 * @param features d × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns d × K, in the units of the features
 * @throws LabError 'shape' if the sizes do not fit the columns
 */
export function classMeans(features: Matrix, classSizes: readonly number[]): Matrix {
  const columns = classColumns('classMeans', features, classSizes)
  const { rows: d, cols: N, data } = features
  const K = columns.length
  const means = matrix(d, K)
  for (let a = 0; a < d; a++) {
    for (const { k, start, end } of columns) {
      means.data[a * K + k] = sumOf(data, a * N + start, a * N + end) / (end - start)
    }
  }
  return means
}

/** Four partial sums: they do not wait for each other. */
function sumOf(data: Float64Array, from: number, to: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  let i = from
  for (; i + 4 <= to; i += 4) {
    s0 += data[i]!
    s1 += data[i + 1]!
    s2 += data[i + 2]!
    s3 += data[i + 3]!
  }
  for (; i < to; i++) s0 += data[i]!
  return s0 + s1 + (s2 + s3)
}

/**
 * Means with their common centre removed: M̄ = M (I − 11ᵀ/K).
 *
 * The centre is the mean of the class means, the point around which a simplex ETF sums to zero. For classes of equal
 * size it is also the mean of all samples. Theory note 05, S-D.
 *
 * @param means d × K
 */
export function centredMeans(means: Matrix): Matrix {
  const { rows: d, cols: K, data } = means
  const centred = matrix(d, K)
  for (let a = 0; a < d; a++) {
    let centre = 0
    for (let k = 0; k < K; k++) centre += data[a * K + k]! / K
    for (let k = 0; k < K; k++) centred.data[a * K + k] = data[a * K + k]! - centre
  }
  return centred
}

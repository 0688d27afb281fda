import { LabError } from '#shared/errors'
import { dot, matmul, svd } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { centredMeans, classMeans } from './classMeans'
import { scaled } from './scaled'
import { withinDeviations } from './withinDeviations'

/** Directions of the means below this fraction of the largest are rounding noise, not structure (theory note 05, S-D). */
const RELATIVE_CUT = 1e-9

/**
 * Variability collapse NC1 = tr(Σ_W Σ_B†) / K.
 *
 * Theory note 01, section 4 (`nc1_pinv`); Papyan, Han, Donoho 2020, arXiv:2008.08186, with the 1/K of Zhu et al. 2021.
 * Σ_W and Σ_B as in `withinCovariance` and `betweenCovariance`. Blind to scatter outside the span of the class means:
 * show `separation` next to it.
 *
 * Σ_B is never inverted. With the thin SVD M̄/√K = A diag(s) Bᵀ and deviations R, NC1 = 1/(KN) Σ_r ‖a_rᵀ R‖² / s_r²,
 * over the s_r > 10⁻⁹ s_1, at most K − 1 of them (note 05, S-D).
 *
 * @param features d × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns dimensionless, ≥ 0; 0 means within-class collapse
 * @throws LabError 'shape' if the sizes do not fit the columns; 'degenerate' if all class means coincide
 */
export function nc1(features: Matrix, classSizes: readonly number[]): number {
  const means = classMeans(features, classSizes)
  const K = means.cols
  const centred = centredMeans(means)
  const { u: A, s } = svd(scaled(centred, 1 / Math.sqrt(K)))
  if (!(s[0]! > 0)) throw allMeansCoincide('nc1', K)
  const R = withinDeviations(features, means, classSizes)
  const projected = matmul(A, R, { transposeA: true })
  let total = 0
  for (let r = 0; r < Math.min(s.length, K - 1) && s[r]! > RELATIVE_CUT * s[0]!; r++) {
    // Ratios first: their squares neither overflow nor vanish however small the features are.
    for (const x of projected.data.subarray(r * R.cols, (r + 1) * R.cols)) total += (x / s[r]!) ** 2
  }
  return total / (K * features.cols)
}

/**
 * The cheap form of variability collapse, tr(Σ_W) / tr(Σ_B).
 *
 * Theory note 01, section 4 (`nc1_ratio`). Equal to `separation` when all classes have the same size; otherwise the two
 * differ in their centre: here it is the mean of the class means, there the mean of the samples.
 *
 * @param features d × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns dimensionless, ≥ 0
 * @throws LabError 'shape' if the sizes do not fit the columns; 'degenerate' if all class means coincide
 */
export function nc1Ratio(features: Matrix, classSizes: readonly number[]): number {
  const means = classMeans(features, classSizes)
  const deviations = withinDeviations(features, means, classSizes)
  const centred = centredMeans(means)
  const within = dot(deviations.data, deviations.data) / features.cols
  const between = dot(centred.data, centred.data) / means.cols
  if (between === 0) throw allMeansCoincide('nc1Ratio', means.cols)
  return within / between
}

function allMeansCoincide(who: string, K: number): LabError {
  return new LabError('degenerate', `${who}: all class means coincide, so there is no between-class scatter.`, { K })
}

import { LabError } from '#shared/errors'
import { matmul, svd } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { classMeans } from './classMeans'
import { withinDeviations } from './withinDeviations'

/**
 * Which Σ_B a variant of NC1 has. All agree for classes of one size. Theory note 05, S-D.
 *
 * classMean: 1/K Σ_k around the mean of the class means (Papyan et al.); sampleMean: the same around the mean of all
 * samples (public code of Zhu et al. 2021); weighted: Σ_k n_k/N around the mean of all samples (He & Su).
 */
export type BetweenConvention = 'classMean' | 'sampleMean' | 'weighted'

/** Directions below this fraction of the largest are rounding. Theory note 05, S-D. */
const RELATIVE_CUT = 1e-9

/**
 * B with Σ_B = B Bᵀ: column k is √w_k (μ_k − centre).
 *
 * @param features d × N, columns ordered by class
 * @returns d × K
 * @throws LabError 'shape' if the sizes do not fit the columns
 */
export function betweenFactor(features: Matrix, classSizes: readonly number[], convention: BetweenConvention): Matrix {
  const means = classMeans(features, classSizes)
  const [K, N] = [means.cols, features.cols]
  const share = (k: number) => classSizes[k]! / N
  const toCentre = (k: number) => (convention === 'classMean' ? 1 / K : share(k))
  const weight = (k: number) => Math.sqrt(convention === 'weighted' ? share(k) : 1 / K)
  const B = matrix(means.rows, K)
  for (let a = 0; a < means.rows; a++) {
    let centre = 0
    for (let k = 0; k < K; k++) centre += toCentre(k) * means.data[a * K + k]!
    for (let k = 0; k < K; k++) B.data[a * K + k] = weight(k) * (means.data[a * K + k]! - centre)
  }
  return B
}

/** tr(Σ_W Σ_B†) and the rank of Σ_B that was used. */
export interface CollapseRatio {
  readonly value: number
  readonly rank: number
}

/**
 * NC1 = tr(Σ_W Σ_B†) without a factor 1/K, under a convention for Σ_B: with B = A diag(s) Cᵀ and deviations R it is
 * 1/N Σ_i ‖a_iᵀ R‖²/s_i² over s_i > 10⁻⁹ s_1. Σ_B is never inverted. Theory note 05, S-D ("Robust evaluation").
 *
 * @param features d × N, columns ordered by class
 * @throws LabError 'shape' if the sizes do not fit the columns; 'degenerate' if all class means coincide
 */
export function nc1Variant(
  features: Matrix,
  classSizes: readonly number[],
  convention: BetweenConvention,
): CollapseRatio {
  const { u: A, s } = svd(betweenFactor(features, classSizes, convention))
  if (!(s[0]! > 0)) throw new LabError('degenerate', 'nc1Variant: all class means coincide, so Σ_B is zero.')
  const R = withinDeviations(features, classMeans(features, classSizes), classSizes)
  const projected = matmul(A, R, { transposeA: true })
  // The centre lies in the span of the means, so that one direction is lost.
  const rank = s.subarray(0, classSizes.length - 1).filter((value) => value > RELATIVE_CUT * s[0]!).length
  let value = 0
  for (let i = 0; i < rank; i++) {
    // Ratios first: their squares neither overflow nor vanish however small the features are.
    for (const x of projected.data.subarray(i * R.cols, (i + 1) * R.cols)) value += (x / s[i]!) ** 2 / R.cols
  }
  return { value, rank }
}

import { LabError } from '#shared/errors'
import { dot, svd } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { centredMeans, classMeans } from './classMeans'
import { deviationProducts } from './deviationProducts'
import { scaled } from './scaled'

/** Directions of the means below this fraction of the largest are rounding noise, not structure (theory note 05, S-D). */
const RELATIVE_CUT = 1e-9

/** The between-class scatter by its principal directions: Σ_B = A diag(s²) Aᵀ, at most K − 1 of them. */
export interface BetweenDirections {
  /** d × r, orthonormal columns. */
  readonly A: Matrix
  /** √ of the eigenvalues of Σ_B that are not zero, descending. */
  readonly s: Float64Array
  /** V, K × r: the centred means are M̄ = √K A diag(s) Vᵀ. */
  readonly V: Matrix
}

/**
 * Thin SVD M̄/√K = A diag(s) Vᵀ of the centred means, without the directions that are rounding.
 *
 * @throws LabError 'degenerate' if all class means coincide
 */
export function betweenDirections(who: string, means: Matrix): BetweenDirections {
  const K = means.cols
  const { u, s, vt } = svd(scaled(centredMeans(means), 1 / Math.sqrt(K)))
  if (!(s[0]! > 0)) throw allMeansCoincide(who, K)
  let r = 0
  while (r < Math.min(s.length, K - 1) && s[r]! > RELATIVE_CUT * s[0]!) r++
  const A = matrix(u.rows, r)
  const V = matrix(K, r)
  for (let i = 0; i < u.rows; i++) for (let k = 0; k < r; k++) A.data[i * r + k] = u.data[i * u.cols + k]!
  for (let c = 0; c < K; c++) for (let k = 0; k < r; k++) V.data[c * r + k] = vt.data[k * K + c]!
  return { A, s: s.slice(0, r), V }
}

/**
 * Variability collapse NC1 = tr(Σ_W Σ_B†) / K.
 *
 * Theory note 01, section 4 (`nc1_pinv`); Papyan, Han, Donoho 2020, arXiv:2008.08186, with the 1/K of Zhu et al. 2021.
 * Σ_W and Σ_B as in `withinCovariance` and `betweenCovariance`. Blind to scatter outside the span of the class means:
 * show `separation` next to it.
 *
 * Σ_B is never inverted. With `betweenDirections` and deviations R, NC1 = 1/(KN) Σ_r ‖a_rᵀ R‖² / s_r² (note 05, S-D).
 *
 * @param features d × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns dimensionless, ≥ 0; 0 means within-class collapse
 * @throws LabError 'shape' if the sizes do not fit the columns; 'degenerate' if all class means coincide
 */
export function nc1(features: Matrix, classSizes: readonly number[]): number {
  const means = classMeans(features, classSizes)
  const { A, s } = betweenDirections('nc1', means)
  return nc1FromProducts(deviationProducts(features, means, classSizes, A).products, s, means.cols)
}

/** NC1 from the deviations along the directions of the means: the first rows of `products` are AᵀR. */
export function nc1FromProducts({ cols: N, data }: Matrix, s: Float64Array, K: number): number {
  let total = 0
  s.forEach((size, r) => {
    // Ratios first: their squares neither overflow nor vanish however small the features are.
    for (let i = r * N; i < (r + 1) * N; i++) total += (data[i]! / size) ** 2
  })
  return total / (K * N)
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
  const nothing = matrix(features.rows, 0)
  return nc1RatioOf(deviationProducts(features, means, classSizes, nothing).squares / features.cols, means)
}

/** tr(Σ_W) / tr(Σ_B) from tr(Σ_W) and the class means. */
export function nc1RatioOf(traceWithin: number, means: Matrix): number {
  const centred = centredMeans(means)
  const between = dot(centred.data, centred.data) / means.cols
  if (between === 0) throw allMeansCoincide('nc1Ratio', means.cols)
  return traceWithin / between
}

function allMeansCoincide(who: string, K: number): LabError {
  return new LabError('degenerate', `${who}: all class means coincide, so there is no between-class scatter.`, { K })
}

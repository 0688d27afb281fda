import { LabError } from '#shared/errors'
import { median, type OutlierCount } from './outlierRules'

/**
 * The Marchenko-Pastur law: eigenvalues of 1/N X Xᵀ for X of shape d × N with independent entries of variance σ².
 *
 * Theory note 01, section 7 (e); Marchenko & Pastur 1967. γ = d/N ≤ 1; for γ > 1 use XᵀX. The substitution
 * t = σ² (1 + γ + 2√γ cos φ), φ from 0 (upper edge) to π (lower edge), removes the square roots at both edges and, for
 * γ = 1, the pole at 0. Only for covariance-type matrices: never for a Hessian.
 */
export interface MarchenkoPastur {
  /** Edges σ² (1 ∓ √γ)². */
  readonly low: number
  readonly high: number
  /** √((b − t)(t − a)) / (2π γ σ² t) inside the edges, else 0; in 1/units of σ². Infinite at 0 for γ = 1. */
  density(t: number): number
  /** Share of eigenvalues ≤ t. Accurate to about 1e-16 / γ. */
  cumulative(t: number): number
  /** The t with cumulative(t) = ½. */
  readonly median: number
}

/**
 * @param gamma d/N in (0, 1]
 * @param sigma2 variance σ² of one entry of X
 * @throws LabError 'bad-input' outside of these ranges
 */
export function marchenkoPastur(gamma: number, sigma2 = 1): MarchenkoPastur {
  if (!(gamma > 0 && gamma <= 1)) {
    throw new LabError('bad-input', `marchenkoPastur: γ = d/N is ${gamma}, must be in (0, 1]. For d > N use XᵀX.`, {
      gamma,
    })
  }
  if (!(sigma2 > 0)) {
    throw new LabError('bad-input', `marchenkoPastur: σ² is ${sigma2}, must be positive.`, { sigma2 })
  }
  const root = Math.sqrt(gamma)
  const low = sigma2 * (1 - root) ** 2
  const high = sigma2 * (1 + root) ** 2
  const toValue = (phi: number) => sigma2 * (1 + gamma + 2 * root * Math.cos(phi))
  const toPhi = (t: number) => Math.acos(Math.min(1, Math.max(-1, (t / sigma2 - 1 - gamma) / (2 * root))))
  return {
    low,
    high,
    density(t) {
      if (t < low || t > high) return 0
      if (t === 0) return Infinity
      return Math.sqrt((high - t) * (t - low)) / (2 * Math.PI * gamma * sigma2 * t)
    },
    cumulative: (t) => 1 - shareAbove(toPhi(t), gamma),
    median: toValue(bisect((phi) => shareAbove(phi, gamma) - 0.5)),
  }
}

/**
 * ∫ of the density over its support by the trapezoidal rule in φ: 1, as a check by a route that does not use the
 * closed form of `cumulative`.
 */
export function marchenkoPasturMass(gamma: number, points = 4096): number {
  let total = 0
  // ρ(t) |dt/dφ| = 2 sin² φ / (π (1 + γ + 2√γ cos φ)); periodic and even, so the rule converges geometrically.
  for (let k = 0; k <= points; k++) {
    const phi = (Math.PI * k) / points
    const t = 1 + gamma + 2 * Math.sqrt(gamma) * Math.cos(phi)
    // At φ = π and γ = 1 the integrand is 0/0 with limit 2/π (sin² φ = (1 + cos φ)(1 − cos φ)).
    const value = k === points && gamma === 1 ? 2 / Math.PI : (2 * Math.sin(phi) ** 2) / (Math.PI * t)
    total += (k === 0 || k === points ? 0.5 : 1) * value
  }
  return (total * Math.PI) / points
}

/**
 * σ² = median eigenvalue / median of the law at unit variance. Theory note 01, section 7 (e): a few outliers hardly
 * move a median.
 *
 * @param values all d eigenvalues of 1/N X Xᵀ
 */
export function marchenkoPasturVariance(values: ArrayLike<number>, gamma: number): number {
  return median(values) / marchenkoPastur(gamma).median
}

/**
 * (e) Eigenvalues of 1/N X Xᵀ above the fitted upper edge σ² (1 + √γ)². Statistic: σ².
 *
 * @param values all d eigenvalues
 * @throws LabError 'degenerate' if more than half of them are 0: the variance would be 0
 */
export function marchenkoPasturOutliers(values: Float64Array, gamma: number): OutlierCount {
  const sigma2 = marchenkoPasturVariance(values, gamma)
  if (!(sigma2 > 0)) {
    throw new LabError('degenerate', `marchenkoPasturOutliers: the median eigenvalue gives σ² = ${sigma2}.`, { sigma2 })
  }
  const threshold = marchenkoPastur(gamma, sigma2).high
  return { rule: 'marchenkoPastur', count: values.filter((e) => e > threshold).length, threshold, statistic: sigma2 }
}

/** Medians below this share of the largest eigenvalue are rounding: the law has no width that could be fitted. */
const ROUNDING = 1e-12

/**
 * (e) for X Xᵀ of any scale and shape: above the edge of the law of its min(d, N) eigenvalues that are not zero by rank,
 * which for N < d are those of XᵀX. Threshold in the units of the values; statistic: σ² of entries of X / √max(d, N).
 *
 * @param values all d eigenvalues, descending
 * @param N columns of X: samples, less the means that were taken off them
 * @returns null where more than half of them are zero to rounding (collapsed features), which the law does not describe
 */
export function covarianceOutliers(values: Float64Array, N: number): OutlierCount | null {
  const d = values.length
  const rank = Math.min(d, N)
  if (rank < 1) return null
  const free = values.subarray(0, rank)
  if (!(median(free) > ROUNDING * free[0]!)) return null
  return marchenkoPasturOutliers(free, rank / Math.max(d, N))
}

/**
 * Share of eigenvalues above t(φ), in closed form (derived; checked against quadrature in marchenkoPastur.test.ts):
 * with A = 1 + γ, B = 2√γ,
 *   2/π ∫_0^φ sin²/(A + B cos) = 2/(π B²) [A φ − B sin φ − 2 (1 − γ) arctan((1 − √γ)/(1 + √γ) tan(φ/2))].
 */
function shareAbove(phi: number, gamma: number): number {
  const root = Math.sqrt(gamma)
  // atan2 keeps φ = π, where the tangent has its pole.
  const angle = Math.atan2((1 - root) * Math.sin(phi / 2), (1 + root) * Math.cos(phi / 2))
  const bracket = (1 + gamma) * phi - 2 * root * Math.sin(phi) - 2 * (1 - gamma) * angle
  return bracket / (2 * Math.PI * gamma)
}

/** The zero in [0, π] of an increasing function, to rounding. */
function bisect(f: (phi: number) => number): number {
  let [low, high] = [0, Math.PI]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (f(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

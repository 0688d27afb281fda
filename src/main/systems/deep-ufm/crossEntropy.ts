import { bisect } from './bisect'
import { checkConfig, depthOf, factorDecays, factorShapes, meanDecay, type UfmConfig } from './config'
import { present, type Level } from './spectra'

/** The simplex (ETF) collapsed solution of the linear cross-entropy model. Theory note 01, 5.7. */
export interface SimplexSolution {
  /** F = t (I − 11ᵀ/K) ⊗ 1_nᵀ. */
  readonly t: number
  /** Probability of each wrong class, 1/(e^t + K − 1). */
  readonly q: number
  /** Probability of the right class. */
  readonly p: number
  /** s² = q t. */
  readonly s2: number
  /** The (K − 1)-fold singular values s/√λ of H_1, W_1 … W_L. */
  readonly singularValues: readonly number[]
  /** −ln p + M/2 (K − 1) q t with M = L + 1; zero has ln K. */
  readonly loss: number
}

/**
 * Largest root of q(t) t^{1−2/M} = (n λ_H Π λ_l)^{1/M}, M = L + 1, and what follows from it. A critical point; its global
 * optimality is not claimed. Theory note 01, 5.7.
 * @returns null where no such solution exists
 */
export function simplexSolution(config: UfmConfig): SimplexSolution | null {
  return solutionAt(config, 'upper')
}

/**
 * The smaller root of the same equation: a maximum of the loss along the scale, which no training finds. Theory note 02,
 * D2 and pitfall 2.
 * @returns null for L = 1, which has one root only, and where no solution exists
 */
export function lowerSimplexSolution(config: UfmConfig): SimplexSolution | null {
  return depthOf(config) === 1 ? null : solutionAt(config, 'lower')
}

function solutionAt(config: UfmConfig, branch: 'upper' | 'lower'): SimplexSolution | null {
  checkConfig(config)
  const { K, n } = config
  const L = depthOf(config)
  const M = L + 1
  const decays = factorDecays(config)
  const target = Math.log(meanDecay(config)) + Math.log(n) / M
  const t = rootOf(K, L, target, branch)
  if (t === null) return null
  const q = 1 / (Math.exp(t) + K - 1)
  const s2 = q * t
  return {
    t,
    q,
    p: 1 - (K - 1) * q,
    s2,
    singularValues: decays.map((lambda) => Math.sqrt(s2 / lambda)),
    loss: Math.log1p((K - 1) * Math.exp(-t)) + (M / 2) * (K - 1) * s2,
  }
}

/**
 * Data part of layer block l: three levels with δ = 1 − K q and τ = λ_l t/K: τ[1 + δ(K − 1)] once, τ[1 + δ(K − 2)]
 * K − 1 times, τ K² − 3K + 1 times; zeros otherwise. K = 2 has the one level τ(1 + δ). Theory note 01, 5.7.
 */
export function simplexLayerLevels(config: UfmConfig, { t, q }: SimplexSolution, layer: number): Level[] {
  const { K } = config
  const [rows, cols] = factorShapes(config)[layer]!
  const delta = 1 - K * q
  const tau = (config.lamW[layer - 1]! * t) / K
  const levels: Level[] =
    K === 2
      ? [{ value: tau * (1 + delta), copies: 1, label: 'outliers', role: 'outlier' }]
      : [
          { value: tau * (1 + delta * (K - 1)), copies: 1, label: 'outliers', role: 'outlier' },
          { value: tau * (1 + delta * (K - 2)), copies: K - 1, label: 'outliers', role: 'outlier' },
          { value: tau, copies: K ** 2 - 3 * K + 1, label: 'mini-bulk' },
        ]
  return present([...levels, { value: 0, copies: rows * cols - (K - 1) ** 2, label: 'bulk' }])
}

/**
 * Block of H_1 at the simplex solution, with regularisation: λ_H(1 + t p) K n times, λ_H(1 + t/K) K n (K − 2) times, the
 * rest λ_H. Theory note 02, D5.
 */
export function simplexFeatureLevels(config: UfmConfig, { t, p }: SimplexSolution): Level[] {
  const { K, n, lamH } = config
  const N = K * n
  return present([
    { value: lamH * (1 + t * p), copies: N, label: 'outliers', role: 'outlier' },
    { value: lamH * (1 + t / K), copies: N * (K - 2), label: 'outliers', role: 'outlier' },
    { value: lamH, copies: (config.widths[0]! - K + 1) * N, label: 'bulk' },
  ])
}

/** Equal weight decays of all factors at which the simplex solution changes its nature, and the scales t it has there. */
export interface SimplexThresholds {
  /** Above it there is no simplex solution. */
  readonly exist: number
  /** The scale at which the two roots meet. */
  readonly scaleAtExist: number
  /** Above it the zero network has the smaller loss. */
  readonly zero: number
  readonly scaleAtZero: number
  /** Above it the solution is a strict saddle with K(K − 3)/2 negative directions; null for K = 3 and 2. */
  readonly psd: number | null
  readonly scaleAtPsd: number
}

/**
 * λ n^{1/(L+1)} = f(t) = t^{(L−1)/(L+1)}/(e^t + K − 1) at three scales right of the peak: the peak itself, t p = (L−1)/(L+1);
 * where the loss is ln K; and t = K(L−1)/(L+1), where the symmetric level of the Hessian changes sign.
 *
 * For L = 1 the three coincide at λ √n = 1/K. Theory note 02, D2 and D5.
 */
export function simplexThresholds({ K, n, L }: { K: number; n: number; L: number }): SimplexThresholds {
  const decayAt = (t: number) => Math.exp(logCurve(K, L, t) - Math.log(n) / (L + 1))
  const peak = peakOf(K, L)
  // Along the solutions the loss is ln(1 + (K−1) e^{−t}) + (L+1)/2 (K−1) q t: it rises up to the peak, then falls to 0.
  const aboveZero = (t: number) =>
    Math.log1p((K - 1) * Math.exp(-t)) + ((L + 1) / 2) * (K - 1) * (t / (Math.exp(t) + K - 1)) - Math.log(K)
  let beyond = peak + 1
  while (aboveZero(beyond) > 0) beyond *= 2
  const scaleAtZero = L === 1 ? 0 : bisect(aboveZero, beyond, peak)
  const scaleAtPsd = (K * (L - 1)) / (L + 1)
  return {
    exist: decayAt(peak),
    scaleAtExist: peak,
    zero: decayAt(scaleAtZero),
    scaleAtZero,
    psd: K >= 4 ? decayAt(scaleAtPsd) : null,
    scaleAtPsd,
  }
}

/** ln f(t) with f(t) = t^{(L−1)/(L+1)}/(e^t + K − 1). */
function logCurve(K: number, L: number, t: number): number {
  const power = L === 1 ? 0 : ((L - 1) / (L + 1)) * Math.log(t)
  return power - t - Math.log1p((K - 1) * Math.exp(-t))
}

/** The t with t p = (L−1)/(L+1), where f is largest; p ≥ 1/K, so it lies below K(L−1)/(L+1). */
function peakOf(K: number, L: number): number {
  const a = (L - 1) / (L + 1)
  return a === 0 ? 0 : bisect((t) => 1 / (1 + (K - 1) * Math.exp(-t)) - a / t, 0, a * K)
}

/** The t > 0 right or left of the peak with ln f(t) = target; ln f is concave, so there is one on each side. */
function rootOf(K: number, L: number, target: number, branch: 'upper' | 'lower'): number | null {
  const excess = (t: number) => logCurve(K, L, t) - target
  const peak = peakOf(K, L)
  if (!(excess(peak) > 0)) return null
  if (branch === 'lower') return bisect(excess, 0, peak)
  let beyond = peak + 1
  while (excess(beyond) > 0) beyond *= 2
  return bisect(excess, beyond, peak)
}

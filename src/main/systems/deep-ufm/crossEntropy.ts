import { bisect } from './bisect'
import { checkConfig, depthOf, factorDecays, factorShapes, type UfmConfig } from './config'
import type { Level } from './spectra'

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
  checkConfig(config)
  const { K, n } = config
  const M = depthOf(config) + 1
  const decays = factorDecays(config)
  const target = (Math.log(n) + decays.reduce((sum, lambda) => sum + Math.log(lambda), 0)) / M
  const t = largestRoot(K, 1 - 2 / M, target)
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
      ? [{ value: tau * (1 + delta), copies: 1, label: 'outliers' }]
      : [
          { value: tau * (1 + delta * (K - 1)), copies: 1, label: 'outliers' },
          { value: tau * (1 + delta * (K - 2)), copies: K - 1, label: 'outliers' },
          { value: tau, copies: K ** 2 - 3 * K + 1, label: 'mini-bulk' },
        ]
  return [...levels, { value: 0, copies: rows * cols - (K - 1) ** 2, label: 'bulk' }].filter(({ copies }) => copies > 0)
}

/** Largest t > 0 with a ln t − ln(e^t + K − 1) = target; the left side is concave, so the root lies right of its peak. */
function largestRoot(K: number, a: number, target: number): number | null {
  const logSum = (t: number) => t + Math.log1p((K - 1) * Math.exp(-t))
  const excess = (t: number) => (a === 0 ? 0 : a * Math.log(t)) - logSum(t) - target
  // a/t ≥ e^t/(e^t + K − 1) left of the peak; the right side is at least 1/K, so the peak lies below a K.
  const peak = a === 0 ? 0 : bisect((t) => 1 / (1 + (K - 1) * Math.exp(-t)) - a / t, 0, a * K)
  if (!(excess(peak) > 0)) return null
  let beyond = peak + 1
  while (excess(beyond) > 0) beyond *= 2
  return bisect(excess, beyond, peak)
}

import { bisect } from './bisect'
import { depthOf, factorDecays, type UfmConfig } from './config'

/** x with F = x Y, and 1 − x kept apart because it is lost to rounding when x is close to 1. */
export interface Gain {
  readonly x: number
  /** 1 − x to full relative precision. */
  readonly rest: number
}

/** ln c with c = K^{L+1} n λ_H Π λ_l (theory note 01, 5.1): in logarithms, because c may be 10⁻²⁰ or less. */
export function logCoupling(config: UfmConfig): number {
  const decays = factorDecays(config).reduce((sum, lambda) => sum + Math.log(lambda), 0)
  return (depthOf(config) + 1) * Math.log(config.K) + Math.log(config.n) + decays
}

/** c_ex = (1 − x_sp)^{L+1} x_sp^{L−1}, x_sp = (L−1)/(2L): a non-zero solution exists for c below it. Note 01, 5.1. */
export function existenceThreshold(L: number): number {
  const x = spinodalGain(L)
  return (1 - x) ** (L + 1) * x ** (L - 1)
}

/** c_cr = (L−1)^{L−1} / L^{2L}: below it collapse is the global minimum. 1 for L = 1. Note 01, 5.1. */
export function criticalThreshold(L: number): number {
  return (L - 1) ** (L - 1) / L ** (2 * L)
}

/** The equal weight decay of all L + 1 factors at which c reaches a threshold: (threshold / (K^{L+1} n))^{1/(L+1)}. */
export function decayAt(threshold: number, { K, n, L }: { K: number; n: number; L: number }): number {
  return Math.exp((Math.log(threshold) - Math.log(n)) / (L + 1)) / K
}

/** λ_cr: with equal λ above it zero is the global minimum. */
export function criticalDecay(size: { K: number; n: number; L: number }): number {
  return decayAt(criticalThreshold(size.L), size)
}

/** λ_ex: with equal λ above it no collapsed solution exists. */
export function existenceDecay(size: { K: number; n: number; L: number }): number {
  return decayAt(existenceThreshold(size.L), size)
}

/**
 * The larger root of (1 − x)^{L+1} x^{L−1} = c in (0, 1]: the gain of the collapsed solution (note 01, 5.1).
 *
 * Solved for w = ln(1 − x), so that 1 − x keeps full relative precision however small c is.
 * @returns null where no non-zero solution exists: c ≥ c_ex
 */
export function upperGain(config: UfmConfig): Gain | null {
  return gainAt(depthOf(config), logCoupling(config))
}

/** The same for any ln c: what balanced factors of other solutions solve too. */
export function gainAt(L: number, logC: number): Gain | null {
  const logRest = logRoot(L + 1, L - 1, logC)
  if (logRest === null) return null
  return { x: -Math.expm1(logRest), rest: Math.exp(logRest) }
}

/** ½ (1 − x)(1 + L x): the loss, with the λ terms, of an MSE solution of gain x. Theory note 01, 5.1. */
export function gainLoss(L: number, { x, rest }: Gain): number {
  return 0.5 * rest * (1 + L * x)
}

/**
 * The smaller root of the same equation: a maximum of the loss along the ray, not a solution that training finds.
 * @returns null for L = 1, which has one root only, and where no non-zero solution exists
 */
export function lowerGain(config: UfmConfig): Gain | null {
  const L = depthOf(config)
  const logGain = L === 1 ? null : logRoot(L - 1, L + 1, logCoupling(config))
  if (logGain === null) return null
  return { x: Math.exp(logGain), rest: -Math.expm1(logGain) }
}

/** x_sp, where (1 − x)^{L+1} x^{L−1} is largest and both roots meet. */
function spinodalGain(L: number): number {
  return (L - 1) / (2 * L)
}

/** The w = ln z with a ln z + b ln(1 − z) = logC on the rising branch z < a/(a + b); null if logC lies above its top. */
function logRoot(a: number, b: number, logC: number): number | null {
  const excess = (w: number) => a * w + (b === 0 ? 0 : b * Math.log1p(-Math.exp(w))) - logC
  const top = Math.log(a / (a + b))
  if (!(excess(top) > 0)) return null
  // ln(1 − z) ≤ 0, so leaving it out gives a w at or below the root.
  return b === 0 ? logC / a : bisect(excess, Math.min(logC / a, top), top)
}

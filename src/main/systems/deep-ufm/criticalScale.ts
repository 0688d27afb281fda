import { bisect } from './bisect'

/**
 * A loss along one scale γ > 0 of the logits:
 *
 *   φ(γ) = Σ_g w_g ln Σ_j e^{−γ m_gj} + ν M/2 γ^{2/M},
 *
 * the softmax part for groups of samples with the margins m_gj of their own class over every class (its own margin, 0,
 * among them), and the weight decay of M = L + 1 factors. Theory note 02, D1 and D3.
 */
export interface ScaledLoss {
  readonly groups: readonly { readonly weight: number; readonly margins: readonly number[] }[]
  /** M, the number of factors. */
  readonly factors: number
  /** ν = λ Σ_i a_i^{2/M} with a_i the singular values of the logits at γ = 1. */
  readonly decay: number
}

/** How fine the search looks for the critical points, as a ratio of neighbouring scales. */
const RATIO = 1.05

/** φ(γ) */
export function scaledLoss({ groups, factors: M, decay }: ScaledLoss, scale: number): number {
  const fit = groups.reduce((sum, { weight, margins }) => sum + weight * logSumExp(margins.map((m) => -scale * m)), 0)
  return fit + ((decay * M) / 2) * scale ** (2 / M)
}

/**
 * The largest γ with φ′(γ) = 0, a minimum along the scale: the loss decreases to the left of it and rises for good on
 * its right. With −fit′ = Σ w ⟨m⟩ it solves
 *
 *   ln Σ w ⟨m⟩ + (1 − 2/M) ln γ = ln ν.
 *
 * The other roots are maxima, or minima at smaller scales (theory note 02, pitfall 2).
 * @returns null where there is none, or where some class does not have the largest of its own logits: then the loss has no
 *   minimum at a separating scale
 */
export function criticalScale(loss: ScaledLoss): number | null {
  const { groups, factors: M, decay } = loss
  // The own margin is the only one that is not positive.
  if (groups.some((group) => group.margins.filter((m) => m <= 0).length !== 1)) return null
  const margins = groups.flatMap((group) => group.margins.filter((m) => m > 0))
  const smallest = Math.min(...margins)
  const power = 1 - 2 / M
  const excess = (scale: number) =>
    Math.log(meanMargin(loss, scale)) + (power && power * Math.log(scale)) - Math.log(decay)
  /** γ times the derivative of `excess`: −γ Σ w Var(m) / Σ w ⟨m⟩ + 1 − 2/M. */
  const slope = (scale: number) => power - (scale * marginVariance(loss, scale)) / meanMargin(loss, scale)
  // Σ w ⟨m⟩ ≤ Σ w Σ_j m_j e^{−γ m_j}, and with the power of γ this bound falls from γ = power/min m on.
  const bound = (scale: number) =>
    Math.log(groups.reduce((sum, g) => sum + g.weight * total(g.margins.map((m) => m * Math.exp(-scale * m))), 0)) +
    (power && power * Math.log(scale))
  let upper = Math.max(power, 1) / smallest
  while (bound(upper) > Math.log(decay)) upper *= 2
  const lowest = 1e-9 / Math.max(...margins)
  for (let lower = upper / RATIO; upper > lowest; [upper, lower] = [lower, lower / RATIO]) {
    if (excess(lower) > 0) return bisect(excess, upper, lower)
    // A hill between two looks may rise above zero: its top is where the slope changes sign.
    if (slope(upper) < 0 && slope(lower) >= 0) {
      const top = bisect((scale) => -slope(scale), lower, upper)
      if (excess(top) > 0) return bisect(excess, upper, top)
    }
  }
  // Without a power of γ the left end is flat and finite (L = 1): no minimum but γ = 0.
  return null
}

/** Σ_g w_g ⟨m⟩_g, the expectation over the softmax of −γ m. */
function meanMargin({ groups }: ScaledLoss, scale: number): number {
  return groups.reduce((sum, { weight, margins }) => sum + weight * moments(margins, scale).mean, 0)
}

function marginVariance({ groups }: ScaledLoss, scale: number): number {
  return groups.reduce((sum, { weight, margins }) => sum + weight * moments(margins, scale).variance, 0)
}

function moments(margins: readonly number[], scale: number): { mean: number; variance: number } {
  // The own class has margin 0 and is the largest, so nothing here overflows.
  const weights = margins.map((m) => Math.exp(-scale * m))
  const normaliser = total(weights)
  const mean = total(margins.map((m, j) => m * weights[j]!)) / normaliser
  return { mean, variance: total(margins.map((m, j) => (m - mean) ** 2 * weights[j]!)) / normaliser }
}

/** ln Σ e^{x_j} for x_j ≤ 0 with one of them 0, accurate where the others are small. */
function logSumExp(exponents: readonly number[]): number {
  const own = exponents.indexOf(0)
  return Math.log1p(total(exponents.map((x, j) => (j === own ? 0 : Math.exp(x)))))
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

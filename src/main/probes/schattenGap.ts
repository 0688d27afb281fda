import { norm, singularValues } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'

/** Rounding noise in Z: at M = 11 factors a value of 1e-16 would count as 1e-3 (theory note 02, pitfall 11). */
const NEGLIGIBLE = 1e-12

/** A factor of a linear chain and its λ. */
export interface DecayedFactor {
  readonly factor: Matrix
  readonly weightDecay: number
}

/**
 * What the factors of Z cost above the cheapest ones: Σ_j (λ_j/λ̄)‖A_j‖_F² − M Σ_i σ_i(Z)^{2/M} ≥ 0, λ̄ the geometric mean
 * of the M weight decays. Zero at every critical point of a deep linear model.
 *
 * Theory note 02, c6 (`schatten_gap`, with equal decays) and D1.
 * @param factors H_1, W_1 … W_L
 * @param outputs Z, their product
 */
export function schattenGap(factors: readonly DecayedFactor[], outputs: Matrix): number {
  const M = factors.length
  const mean = Math.exp(factors.reduce((sum, { weightDecay }) => sum + Math.log(weightDecay), 0) / M)
  const cost = factors.reduce((sum, { factor, weightDecay }) => sum + (weightDecay / mean) * norm(factor.data) ** 2, 0)
  const sigma = singularValues(outputs)
  const cheapest = sigma.reduce((sum, s) => (s > NEGLIGIBLE * sigma[0]! ? sum + s ** (2 / M) : sum), 0)
  return cost - M * cheapest
}

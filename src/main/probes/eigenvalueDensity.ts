import { quadratureDensity, type SmoothDensity } from '#shared/quadratureDensity'

/**
 * Smoothed density of a fully known spectrum, φ(t) = 1/P Σ_i N(t; λ_i, σ²).
 *
 * What stochastic Lanczos quadrature estimates (theory note 01, section 7), with σ = 0.01 (λ_max − λ_min) as there; for
 * a multiple of the identity, which has no range, 1 % of its eigenvalue, or 0.01 for zero.
 *
 * @param eigenvalues descending, at least one
 * @returns grid over [λ_min − 4σ, λ_max + 4σ] and density in 1/units of the eigenvalues, which integrates to 1
 */
export function eigenvalueDensity(eigenvalues: Float64Array): SmoothDensity {
  const nodes = eigenvalues.toReversed()
  return quadratureDensity([{ nodes, weights: new Float64Array(nodes.length).fill(1 / nodes.length) }])
}

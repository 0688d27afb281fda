import { gaussianMixture } from '#main/spectra/index'

/** Points of the grid; as many as stochastic Lanczos quadrature takes, so that one view serves both. */
const POINTS = 512

/**
 * Smoothed density of a fully known spectrum, φ(t) = 1/P Σ_i N(t; λ_i, σ²).
 *
 * What stochastic Lanczos quadrature estimates (theory note 01, section 7), with σ = 0.01 (λ_max − λ_min) as there; for
 * a multiple of the identity, which has no range, 1 % of its eigenvalue, or 0.01 for zero.
 *
 * @param eigenvalues descending, at least one
 * @returns grid over [λ_min − 4σ, λ_max + 4σ] and density in 1/units of the eigenvalues, which integrates to 1
 */
export function eigenvalueDensity(eigenvalues: Float64Array): {
  grid: Float64Array
  density: Float64Array
  sigma: number
} {
  const nodes = eigenvalues.toReversed()
  const [low, high] = [nodes[0] ?? 0, nodes.at(-1) ?? 0]
  const size = Math.max(Math.abs(low), Math.abs(high))
  const sigma = 0.01 * (high - low > 1e-12 * size ? high - low : size || 1)
  const [from, to] = [low - 4 * sigma, high + 4 * sigma]
  const grid = Float64Array.from({ length: POINTS }, (_, i) => from + ((to - from) * i) / (POINTS - 1))
  const weights = new Float64Array(nodes.length).fill(1 / nodes.length)
  return { grid, density: gaussianMixture([{ nodes, weights }], grid, sigma), sigma }
}

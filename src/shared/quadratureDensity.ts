import { meanOf } from './estimate'
import { gaussianMixture, type QuadratureRule } from './gaussianMixture'

export interface SmoothDensity {
  /** Width of the Gaussians, in the units of the eigenvalues. */
  readonly sigma: number
  readonly grid: Float64Array
  /** φ on the grid, in 1/units of the eigenvalues; integrates to 1 over the whole line. */
  readonly density: Float64Array
  /** Standard error of φ on the grid, from the scatter between rules; NaN for a single one. */
  readonly error: Float64Array
}

const POINTS = 512

/**
 * φ(t) = 1/R Σ_r Σ_i τ_i^(r) N(t; θ_i^(r), σ²) over R quadrature rules, or over all eigenvalues as one rule.
 *
 * Theory note 01, section 7; Lin, Saad & Yang 2013, arXiv:1308.5467.
 *
 * @param rules nodes ascending, at least one in each; without rules the grid is empty
 * @param options.sigma default 0.01 of the extent of the nodes
 * @param options.grid default 512 points over the extent and 4σ beyond it at either end
 */
export function quadratureDensity(
  rules: readonly QuadratureRule[],
  options: { readonly sigma?: number; readonly grid?: Float64Array } = {},
): SmoothDensity {
  const from = Math.min(...rules.map(({ nodes }) => nodes[0]!))
  const to = Math.max(...rules.map(({ nodes }) => nodes.at(-1)!))
  const sigma = options.sigma ?? widthOver(from, to)
  const grid = options.grid ?? (rules.length === 0 ? new Float64Array(0) : gridOver(from, to, sigma))
  const each = rules.map((rule) => gaussianMixture([rule], grid, sigma))
  const estimates = Array.from(grid, (_, k) => meanOf(each.map((density) => density[k]!)))
  return {
    sigma,
    grid,
    density: Float64Array.from(estimates, ({ value }) => value),
    error: Float64Array.from(estimates, ({ standardError }) => standardError),
  }
}

/** For a multiple of the identity, which has no extent, 1 % of its eigenvalue, or 0.01 for zero. */
function widthOver(from: number, to: number): number {
  const size = Math.max(Math.abs(from), Math.abs(to))
  // Nodes of one and the same eigenvalue differ by rounding from probe to probe.
  if (to - from > 1e-12 * size) return 0.01 * (to - from)
  return size > 0 ? 0.01 * size : 0.01
}

function gridOver(from: number, to: number, sigma: number): Float64Array {
  const [low, high] = [from - 4 * sigma, to + 4 * sigma]
  return Float64Array.from({ length: POINTS }, (_, k) => low + ((high - low) * k) / (POINTS - 1))
}

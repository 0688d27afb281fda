/** Nodes θ_i (ascending) and weights τ_i ≥ 0 summing to 1: ∫ f dμ ≈ Σ τ_i f(θ_i). */
export interface QuadratureRule {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/** Widths beyond which exp(−x²/2) is zero in float64: nothing is lost, and most nodes are that far from most points. */
const VANISHED = 38.7

/**
 * φ(t) = 1/R Σ_r Σ_i τ_i^(r) exp(−(t − θ_i^(r))² / 2σ²) / (σ √(2π)). Theory note 01, section 7.
 *
 * @param rules R ≥ 1 quadrature rules, averaged; none gives NaN
 * @param grid where to evaluate
 * @param sigma width, in the units of the nodes
 * @returns one value for each grid point, in 1/units of the nodes
 */
export function gaussianMixture(rules: readonly QuadratureRule[], grid: Float64Array, sigma: number): Float64Array {
  const scale = 1 / (rules.length * sigma * Math.sqrt(2 * Math.PI))
  return grid.map((t) => {
    let total = 0
    for (const { nodes, weights } of rules) {
      for (let i = 0; i < nodes.length; i++) {
        const distance = (t - nodes[i]!) / sigma
        if (distance > -VANISHED && distance < VANISHED) total += weights[i]! * Math.exp(-0.5 * distance ** 2)
      }
    }
    return rules.length === 0 ? Number.NaN : scale * total
  })
}

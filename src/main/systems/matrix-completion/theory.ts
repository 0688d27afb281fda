/** d_0 … d_L of a network of hidden width 2 r̂ on a d × d (or rows × d) matrix. Theory note 05, S-C ("Narrow"). */
export function narrowWidths(d: number, rank: number, depth: number, rows = d): number[] {
  return [d, ...Array<number>(depth - 1).fill(2 * rank), rows]
}

/**
 * ‖W_{L:1}(t) − W_c(t)‖_F = ρ(t)^L √(d − 2 r̂): how far the full product is from the compressed one with fixed factors,
 * when all entries are observed and r̂ ≥ r. Theory note 05, S-C ("Predictions").
 */
export function blockDistance({ d, rank, depth }: { d: number; rank: number; depth: number }, rho: number): number {
  return rho ** depth * Math.sqrt(d - 2 * rank)
}

/** ℓ_full − ℓ_c = (d − 2 r̂)/2 ρ^{2L} under the same conditions. Theory note 05, S-C ("Predictions"). */
export function blockLoss({ d, rank, depth }: { d: number; rank: number; depth: number }, rho: number): number {
  return ((d - 2 * rank) / 2) * rho ** (2 * depth)
}

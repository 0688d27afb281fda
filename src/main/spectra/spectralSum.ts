import { LabError } from '#shared/errors'
import { meanOf, type Estimate } from '#shared/estimate'
import type { QuadratureRule } from '#shared/gaussianMixture'

/**
 * tr f(H) ≈ n/R Σ_r Σ_i τ_i^(r) f(θ_i^(r)). Ubaru, Chen & Saad 2017, SIAM J. Matrix Anal. Appl. 38, 1075.
 *
 * The error bar is the scatter between probes. The error of the quadrature itself is not in it; it is zero for
 * polynomials of degree ≤ 2m − 1, and after a breakdown.
 *
 * @param rules one for each probe; none gives NaN
 * @param n dimension of the operator
 */
export function spectralSum(rules: readonly QuadratureRule[], n: number, f: (eigenvalue: number) => number): Estimate {
  const sums = rules.map(({ nodes, weights }) => nodes.reduce((sum, node, i) => sum + weights[i]! * f(node), 0))
  return meanOf(sums.map((sum) => n * sum))
}

/** A node below this fraction of the largest is zero to rounding. */
const ROUNDING = 1e-13

/** tr H^k: exact up to the scatter of the probes for k ≤ 2m − 1. */
export function spectralMoment(rules: readonly QuadratureRule[], n: number, k: number): Estimate {
  return spectralSum(rules, n, (eigenvalue) => eigenvalue ** k)
}

/**
 * log det(H + shift I) = tr log(H + shift I).
 *
 * @param shift lifts the spectrum above zero: a weight decay, or a small number for matrices with a null space
 * @throws LabError 'degenerate' if a node is not above −shift by more than rounding: the determinant has no logarithm
 */
export function logDeterminant(rules: readonly QuadratureRule[], n: number, shift = 0): Estimate {
  const smallest = Math.min(...rules.map(({ nodes }) => nodes[0] ?? Infinity))
  const largest = Math.max(...rules.map(({ nodes }) => Math.abs(nodes.at(-1) ?? 0)))
  if (!(smallest + shift > ROUNDING * largest)) {
    throw new LabError(
      'degenerate',
      `logDeterminant: the smallest node ${smallest} plus the shift ${shift} is not positive beyond rounding. ` +
        `Give a shift well above ${Math.max(-smallest, ROUNDING * largest)}.`,
      { smallest, shift },
    )
  }
  return spectralSum(rules, n, (eigenvalue) => Math.log(eigenvalue + shift))
}

/**
 * Eigenvalues of the Hessian of ½ ‖W_{L:1} X − Y‖² at a balanced global minimum with X Xᵀ = I, descending:
 *
 *   Σ_{l=1}^L s_i^{2(L−l)/L} s_j^{2(l−1)/L} for (i, j) ∈ [d_y] × [d], s zero-padded, 0⁰ = 1; all others 0.
 *
 * Theory note 05, S-A ("Hessian at a balanced global minimum").
 *
 * @param singularValues s of W_{L:1}
 * @param widths d_0 … d_L
 * @returns Σ d_l d_{l−1} values
 */
export function balancedHessianEigenvalues(singularValues: readonly number[], widths: readonly number[]): Float64Array {
  const L = widths.length - 1
  const [d, outputs] = [widths[0]!, widths[L]!]
  const s = (i: number) => singularValues[i] ?? 0
  const size = widths.slice(1).reduce((sum, rows, i) => sum + rows * widths[i]!, 0)
  const values = new Float64Array(size)
  for (let i = 0; i < outputs; i++) {
    for (let j = 0; j < d; j++) {
      for (let l = 1; l <= L; l++) {
        values[i * d + j]! += s(i) ** ((2 * (L - l)) / L) * s(j) ** ((2 * (l - 1)) / L)
      }
    }
  }
  return values.sort().reverse()
}

/** 2 / (L s_1^{2−2/L}): gradient descent is unstable at the balanced minimum beyond it. Theory note 05, S-A. */
export function largestStableRate(largestSingularValue: number, depth: number): number {
  return 2 / (depth * largestSingularValue ** (2 - 2 / depth))
}

/**
 * Steps until a mode of strength s has left the plateau, from equal singular values ε in every layer: the time of
 * da/dt = η s a^{L−1} from ε to s^{1/L}. About ε^{−(L−2)}/((L−2) η s), and ln(s^{1/2}/ε)/(η s) for L = 2; a start that
 * is not aligned with the mode takes a few times longer. Theory note 05, S-B ("Tradeoff") and pitfall 9.
 */
export function plateauSteps(given: { s: number; depth: number; initScale: number; learningRate: number }): number {
  const { s, depth: L, initScale, learningRate } = given
  const end = s ** (1 / L)
  if (initScale >= end) return 0
  if (L === 1) return 1 / (learningRate * s)
  if (L === 2) return Math.log(end / initScale) / (learningRate * s)
  return (initScale ** (2 - L) - end ** (2 - L)) / ((L - 2) * learningRate * s)
}

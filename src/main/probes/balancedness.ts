import { LabError } from '#shared/errors'
import { matmul, norm } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'

/**
 * Balance of two neighbouring factors of a linear chain: ‖λ_above VᵀV − λ_below W Wᵀ‖_F, V the factor above W.
 *
 * Theory note 01, section 4: with V = W_{l+1} and W = W_l, or V = W_1 and W = H_1, it is zero at every critical point.
 *
 * @param above V, d'' × d'
 * @param below W, d' × d
 * @returns ≥ 0, in units of the weight decay times squared weights
 * @throws LabError 'shape' if the factors do not fit
 */
export function balancedness(above: Matrix, below: Matrix, weightDecay: { above: number; below: number }): number {
  if (above.cols !== below.rows) {
    throw new LabError(
      'shape',
      `balancedness: the factor above has ${above.cols} columns, the one below ${below.rows} rows; pass neighbours.`,
      { columns: above.cols, rows: below.rows },
    )
  }
  const upper = matmul(above, above, { transposeA: true }).data
  const lower = matmul(below, below, { transposeB: true }).data
  return norm(upper.map((value, i) => weightDecay.above * value - weightDecay.below * lower[i]!))
}

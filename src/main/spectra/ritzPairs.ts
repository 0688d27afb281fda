import { symmetricTridiagonalEigen } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { selectColumns, sideBySide } from './columns'
import { addCombinationsInPlace, type StoredVector } from './storedVectors'

export interface RitzPairs {
  /** θ_i, ascending. */
  readonly nodes: Float64Array
  /** β_m |S_mi| = ‖H y_i − θ_i y_i‖ up to rounding, in the units of H. */
  readonly residualEstimates: Float64Array
  /** S, m × m: column i holds the coefficients of the Ritz vector y_i in the basis. */
  readonly coefficients: Matrix
}

/**
 * Eigen-decomposition T = S Θ Sᵀ of the Lanczos matrix T = tridiag(α, β). Theory note 01, section 7.
 *
 * @param alpha α_1 … α_m
 * @param beta β_1 … β_m; β_m enters the residuals only
 */
export function ritzPairs(alpha: readonly number[], beta: readonly number[]): RitzPairs {
  const lastBeta = beta.at(-1)
  if (lastBeta === undefined) {
    return { nodes: new Float64Array(0), residualEstimates: new Float64Array(0), coefficients: matrix(0, 0) }
  }
  const inner = beta.slice(0, -1)
  const { values, vectors } = symmetricTridiagonalEigen(Float64Array.from(alpha), Float64Array.from(inner))
  const m = vectors.rows
  const lastRow = vectors.data.subarray((m - 1) * m)
  return { nodes: values, residualEstimates: lastRow.map((s) => lastBeta * Math.abs(s)), coefficients: vectors }
}

/**
 * y_i = Σ_j S_ji q_j for the chosen i: unit length up to rounding, in the space of the operator. All at once, so that the
 * basis is read once and not once for each.
 */
export function ritzVectors(
  basis: readonly StoredVector[],
  { coefficients }: RitzPairs,
  chosen: readonly number[],
): readonly Float64Array[] {
  const vectors = sideBySide(basis[0]?.length ?? 0, chosen.length)
  addCombinationsInPlace(vectors, basis, selectColumns(coefficients, chosen))
  return vectors
}

/**
 * Number of singular values above tolerance · σ_1.
 *
 * Theory note 01, section 4, takes 0.1: a count of the directions in use, far above rounding.
 *
 * @param singularValues descending
 * @param tolerance relative to the largest
 * @returns 0 for a zero matrix
 */
export function numericalRank(singularValues: Float64Array, tolerance: number): number {
  const threshold = tolerance * (singularValues[0] ?? 0)
  return singularValues.filter((value) => value > threshold).length
}

import { dot } from '#main/compute/linalg/index'

/** max_ij |(VᵀV − I)_ij| of vectors in a list: dimensionless, 0 for an exactly orthonormal set. */
export function orthogonalityDefect(vectors: readonly Float64Array[]): number {
  let defect = 0
  for (let i = 0; i < vectors.length; i++) {
    for (let j = 0; j <= i; j++) {
      defect = Math.max(defect, Math.abs(dot(vectors[i]!, vectors[j]!) - (i === j ? 1 : 0)))
    }
  }
  return defect
}

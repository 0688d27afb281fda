import { asFloat64, project, type StoredVector } from './storedVectors'

/** max_ij |(VᵀV − I)_ij| of vectors in a list: dimensionless, 0 for an exactly orthonormal set. */
export function orthogonalityDefect(vectors: readonly StoredVector[]): number {
  let defect = 0
  vectors.forEach((v, i) => {
    project(vectors.slice(0, i + 1), asFloat64(v)).forEach((inner, j) => {
      defect = Math.max(defect, Math.abs(inner - (i === j ? 1 : 0)))
    })
  })
  return defect
}

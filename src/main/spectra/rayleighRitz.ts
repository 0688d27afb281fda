import { dot, norm, symmetricEigen } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'
import { combine, scaleInPlace } from './vectorOps'

export interface RayleighRitzPair {
  readonly value: number
  readonly vector: Float64Array
  /** ‖Hv − λv‖ from actual products, in the units of H. */
  readonly residual: number
}

/**
 * The best eigenpairs within a subspace: G = Vᵀ H V = Y Θ Yᵀ, pairs (θ_i, V y_i), descending by value.
 *
 * Parlett, The Symmetric Eigenvalue Problem, section 11.3. Costs one product for each vector.
 *
 * @param vectors orthonormal, each of length n; may be empty
 */
export async function rayleighRitz(
  operator: LinearOperator,
  vectors: readonly Float64Array[],
): Promise<RayleighRitzPair[]> {
  const k = vectors.length
  if (k === 0) return []
  const images: Float64Array[] = []
  for (const v of vectors) {
    const image = new Float64Array(operator.n)
    await operator.apply(v, image)
    images.push(image)
  }
  const G = matrix(k, k)
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      const g = (dot(vectors[i]!, images[j]!) + dot(vectors[j]!, images[i]!)) / 2
      G.data[i * k + j] = g
      G.data[j * k + i] = g
    }
  }
  const { values, vectors: Y } = symmetricEigen(G, { vectors: true })
  return Array.from(values, (value, i) => {
    const y = Float64Array.from({ length: k }, (_, j) => Y.data[j * k + i]!)
    const vector = combine(vectors, y, operator.n)
    const image = combine(images, y, operator.n)
    const length = norm(vector)
    scaleInPlace(vector, 1 / length)
    const defect = image.map((a, j) => a / length - value * vector[j]!)
    return { value, vector, residual: norm(defect) }
  })
}

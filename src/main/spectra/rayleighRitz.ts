import { dot, symmetricEigen } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'
import { asFloat64, project, rotateInPlace, type StoredVector } from './storedVectors'

export interface RayleighRitzPair {
  readonly value: number
  /** Of the length that rounding leaves it: 1 to eps of the storage. */
  readonly vector: StoredVector
  /** ‖Hv − λv‖ / ‖v‖ from actual products, in the units of H. */
  readonly residual: number
}

/**
 * The best eigenpairs within a subspace: G = Vᵀ H V = Y Θ Yᵀ, pairs (θ_i, V y_i), descending by value.
 *
 * Parlett, The Symmetric Eigenvalue Problem, section 11.3. Costs one product for each vector, or none where all images
 * are given, and memory for the images.
 *
 * @param vectors orthonormal, each of length n; may be empty. Overwritten by the new vectors
 * @param known H v of each vector, overwritten too; null: products are made
 */
export async function rayleighRitzInPlace(
  operator: LinearOperator,
  vectors: readonly StoredVector[],
  known: readonly StoredVector[] | null = null,
): Promise<RayleighRitzPair[]> {
  const images = known ?? (await imagesOf(operator, vectors))
  const k = vectors.length
  const G = matrix(k, k)
  images.forEach((image, j) => {
    project(vectors, asFloat64(image)).forEach((g, i) => {
      G.data[i * k + j]! += g / 2
      G.data[j * k + i]! += g / 2
    })
  })
  const { values, vectors: Y } = symmetricEigen(G)
  const [turned, turnedImages] = [[...vectors], [...images]]
  rotateInPlace(turned, Y)
  rotateInPlace(turnedImages, Y)
  return turned.map((vector, i) => {
    const [v, image] = [asFloat64(vector), asFloat64(turnedImages[i]!)]
    const square = dot(v, v)
    const value = vector instanceof Float64Array ? values[i]! : dot(v, image) / square
    let defect = 0
    for (let a = 0; a < v.length; a++) defect += (image[a]! - value * v[a]!) ** 2
    return { value, vector, residual: Math.sqrt(defect / square) }
  })
}

/** In the precision of the vectors. */
async function imagesOf(operator: LinearOperator, vectors: readonly StoredVector[]): Promise<StoredVector[]> {
  const images: StoredVector[] = []
  for (const v of vectors) {
    const image = new Float64Array(operator.n)
    await operator.apply(asFloat64(v), image)
    images.push(v instanceof Float64Array ? image : Float32Array.from(image))
  }
  return images
}

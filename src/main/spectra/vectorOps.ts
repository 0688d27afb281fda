import { addCombinationInPlace, type StoredVector } from './storedVectors'

/** y ← y + a x. */
export function addScaledInPlace(y: Float64Array, a: number, x: StoredVector): void {
  for (let i = 0; i < y.length; i++) y[i]! += a * x[i]!
}

/** y ← y + a x + b z, in one pass. */
export function addTwoScaledInPlace(y: Float64Array, a: number, x: StoredVector, b: number, z: StoredVector): void {
  for (let i = 0; i < y.length; i++) y[i]! += a * x[i]! + b * z[i]!
}

/** x ← a x. */
export function scaleInPlace(x: Float64Array, a: number): void {
  for (let i = 0; i < x.length; i++) x[i]! *= a
}

/** Σ_k coefficients[k] · vectors[k]; all vectors have length n. */
export function combine(vectors: readonly StoredVector[], coefficients: ArrayLike<number>, n: number): Float64Array {
  const sum = new Float64Array(n)
  addCombinationInPlace(sum, vectors, coefficients)
  return sum
}

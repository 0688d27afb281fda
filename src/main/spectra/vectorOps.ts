import { addCombinationInPlace, type StoredVector } from './storedVectors'

/**
 * y ← y + a x; returns yᵀz of the new y. One pass over long vectors instead of two; four partial sums, as in `dot`.
 */
export function addScaledAndDot(y: Float64Array, a: number, x: StoredVector, z: Float64Array): number {
  const n = y.length
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const y0 = y[i]! + a * x[i]!
    const y1 = y[i + 1]! + a * x[i + 1]!
    const y2 = y[i + 2]! + a * x[i + 2]!
    const y3 = y[i + 3]! + a * x[i + 3]!
    y[i] = y0
    y[i + 1] = y1
    y[i + 2] = y2
    y[i + 3] = y3
    s0 += y0 * z[i]!
    s1 += y1 * z[i + 1]!
    s2 += y2 * z[i + 2]!
    s3 += y3 * z[i + 3]!
  }
  for (; i < n; i++) {
    y[i]! += a * x[i]!
    s0 += y[i]! * z[i]!
  }
  return s0 + s1 + (s2 + s3)
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

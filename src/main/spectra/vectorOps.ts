import { dot, hostBlasForVectors } from '#main/compute/linalg/index'
import { addCombinationInPlace, type StoredVector } from './storedVectors'

/**
 * y ← y + a x; returns yᵀz of the new y. By the library (measured at 26 000 entries: four times as fast), else one pass
 * over long vectors instead of two, with four partial sums as in `dot`. The two routes differ by rounding.
 */
export function addScaledAndDot(y: Float64Array, a: number, x: StoredVector, z: Float64Array): number {
  const blas = hostBlasForVectors(y.length)
  if (blas && x instanceof Float64Array) {
    blas.addScaled(a, x, y)
    return dot(y, z)
  }
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

/** y ← a x; x may be y. */
export function scaleInto(y: Float64Array, x: Float64Array, a: number): void {
  const blas = y === x ? null : hostBlasForVectors(y.length)
  if (blas) {
    y.fill(0)
    blas.addScaled(a, x, y)
    return
  }
  for (let i = 0; i < y.length; i++) y[i] = a * x[i]!
}

/** x ← a x. */
export function scaleInPlace(x: Float64Array, a: number): void {
  scaleInto(x, x, a)
}

/** Σ_k coefficients[k] · vectors[k]; all vectors have length n. */
export function combine(vectors: readonly StoredVector[], coefficients: ArrayLike<number>, n: number): Float64Array {
  const sum = new Float64Array(n)
  addCombinationInPlace(sum, vectors, coefficients)
  return sum
}

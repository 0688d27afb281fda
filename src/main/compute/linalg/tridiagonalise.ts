/** A = Q T Qᵀ with T tridiagonal. */
export interface Tridiagonal {
  /** n diagonal entries. */
  readonly diagonal: Float64Array
  /** n − 1 entries below it. */
  readonly offDiagonal: Float64Array
  /** Q, n × n, row-major; null if not asked for. */
  readonly q: Float64Array | null
}

/**
 * Householder reduction of a symmetric matrix. Golub and Van Loan, Matrix Computations, algorithm 8.3.1.
 *
 * @param a n × n, row-major; its lower triangle is read and overwritten
 */
export function tridiagonaliseInPlace(a: Float64Array, n: number, vectors: boolean): Tridiagonal {
  const diagonal = new Float64Array(n)
  const offDiagonal = new Float64Array(Math.max(0, n - 1))
  const betas = new Float64Array(n)
  const reflectors = vectors ? new Float64Array(n * n) : null
  const v = new Float64Array(n)
  const w = new Float64Array(n)
  for (let k = 0; k < n - 1; k++) {
    diagonal[k] = a[k * n + k]!
    let tail = 0
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!
    for (let i = k + 2; i < n; i++) tail += v[i]! * v[i]!
    const head = v[k + 1]!
    if (tail === 0) {
      offDiagonal[k] = head
      continue
    }
    // Away from the head, so that v₁ does not cancel.
    const mu = head >= 0 ? -Math.sqrt(head * head + tail) : Math.sqrt(head * head + tail)
    offDiagonal[k] = mu
    v[k + 1] = head - mu
    const beta = 1 / (mu * (mu - head))
    betas[k] = beta
    reflectors?.set(v.subarray(k + 1), k * n + k + 1)
    applyBothSides(a, n, k + 1, v, w, beta)
  }
  if (n > 0) diagonal[n - 1] = a[n * n - 1]!
  return { diagonal, offDiagonal, q: reflectors && accumulate(reflectors, betas, n) }
}

/** A ← (I − β v vᵀ) A (I − β v vᵀ) on the trailing block, lower triangle only: A − v wᵀ − w vᵀ. */
function applyBothSides(a: Float64Array, n: number, first: number, v: Float64Array, w: Float64Array, beta: number) {
  w.fill(0, first)
  for (let i = first; i < n; i++) {
    const [row, vi] = [i * n, v[i]!]
    let sum = 0
    for (let j = first; j < i; j++) {
      const aij = a[row + j]!
      sum += aij * v[j]!
      w[j] = w[j]! + aij * vi
    }
    w[i] = w[i]! + sum + a[row + i]! * vi
  }
  let overlap = 0
  for (let i = first; i < n; i++) {
    w[i] = w[i]! * beta
    overlap += w[i]! * v[i]!
  }
  const shift = (beta * overlap) / 2
  for (let i = first; i < n; i++) w[i] = w[i]! - shift * v[i]!
  for (let i = first; i < n; i++) {
    const [row, vi, wi] = [i * n, v[i]!, w[i]!]
    for (let j = first; j <= i; j++) a[row + j] = a[row + j]! - vi * w[j]! - wi * v[j]!
  }
}

/** Q = H₀ H₁ …, from the last reflector to the first: then each touches only the trailing block. */
function accumulate(reflectors: Float64Array, betas: Float64Array, n: number): Float64Array {
  const q = new Float64Array(n * n)
  const overlaps = new Float64Array(n)
  for (let i = 0; i < n; i++) q[i * n + i] = 1
  for (let k = n - 2; k >= 0; k--) {
    const beta = betas[k]!
    if (beta === 0) continue
    const v = k * n
    overlaps.fill(0)
    for (let i = k + 1; i < n; i++) {
      const [row, vi] = [i * n, reflectors[v + i]!]
      for (let j = k + 1; j < n; j++) overlaps[j] = overlaps[j]! + vi * q[row + j]!
    }
    for (let i = k + 1; i < n; i++) {
      const [row, factor] = [i * n, beta * reflectors[v + i]!]
      for (let j = k + 1; j < n; j++) q[row + j] = q[row + j]! - factor * overlaps[j]!
    }
  }
  return q
}

/**
 * Products of a system library on arrays of the host, row-major float64. Rows may lie further apart than they are long:
 * `stride` counts entries from one to the next. Sums run in the library's order, so results differ from our own loops by
 * rounding; the same call gives the same bits.
 */
export interface HostBlas {
  /** xᵀ y; both have the same length. */
  dot(x: Float64Array, y: Float64Array): number
  /** y ← y + a x; both have the same length. */
  addScaled(a: number, x: Float64Array, y: Float64Array): void
  /** y ← y + alpha A x, or Aᵀ x where asked; A is rows × cols. */
  gemv(
    transpose: boolean,
    rows: number,
    cols: number,
    alpha: number,
    a: Float64Array,
    stride: number,
    x: Float64Array,
    y: Float64Array,
  ): void
  /** C ← C + alpha op(A) op(B); op(A) is m × k, op(B) k × n, C m × n. */
  gemm(
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Float64Array,
    strideA: number,
    b: Float64Array,
    strideB: number,
    c: Float64Array,
    strideC: number,
  ): void
}

/** Vectors with fewer entries cost more in a foreign call than it saves. */
const LEAST_ENTRIES = 512

let current: HostBlas | null = null

/** From now on products of this process that ask for a library use this one; null: our own loops. */
export function useHostBlas(library: HostBlas | null): void {
  current = library
}

export function hostBlasInUse(): HostBlas | null {
  return current
}

/** The library where sums over vectors of n entries are worth a call of it. */
export function hostBlasForVectors(n: number): HostBlas | null {
  return n < LEAST_ENTRIES ? null : current
}

import type { HostBlas } from '../../linalg/hostBlas'

/** cblas_dgemv and cblas_dgemm as a library takes them, with typed arrays for pointers. */
export interface CblasProducts {
  readonly dgemv: (
    order: number,
    transpose: number,
    rows: number,
    cols: number,
    alpha: number,
    a: Float64Array,
    stride: number,
    x: Float64Array,
    stepX: number,
    beta: number,
    y: Float64Array,
    stepY: number,
  ) => void
  readonly dgemm: (
    order: number,
    transposeA: number,
    transposeB: number,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Float64Array,
    strideA: number,
    b: Float64Array,
    strideB: number,
    beta: number,
    c: Float64Array,
    strideC: number,
  ) => void
}

export const ROW_MAJOR = 101
export const PLAIN = 111
export const TRANSPOSED = 112

/** A library's products on arrays of the host: their addresses are good for one call, during which nothing moves. */
export function hostBlas({ dgemv, dgemm }: CblasProducts): HostBlas {
  const operation = (transpose: boolean) => (transpose ? TRANSPOSED : PLAIN)
  return {
    gemv: (transpose, rows, cols, alpha, a, stride, x, y) =>
      dgemv(ROW_MAJOR, operation(transpose), rows, cols, alpha, a, stride, x, 1, 1, y, 1),
    gemm: (transposeA, transposeB, m, n, k, alpha, a, strideA, b, strideB, c, strideC) =>
      dgemm(
        ROW_MAJOR,
        operation(transposeA),
        operation(transposeB),
        m,
        n,
        k,
        alpha,
        a,
        strideA,
        b,
        strideB,
        1,
        c,
        strideC,
      ),
  }
}

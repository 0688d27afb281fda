import type { HostBlas } from '../../linalg/hostBlas'

/** cblas_ddot, _daxpy, _dgemv and _dgemm as a library takes them, with typed arrays for pointers. */
export interface CblasProducts {
  readonly ddot: (n: number, x: Float64Array, stepX: number, y: Float64Array, stepY: number) => number
  readonly daxpy: (n: number, a: number, x: Float64Array, stepX: number, y: Float64Array, stepY: number) => void
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
export function hostBlas({ ddot, daxpy, dgemv, dgemm }: CblasProducts): HostBlas {
  const operation = (transpose: boolean) => (transpose ? TRANSPOSED : PLAIN)
  return {
    dot: (x, y) => ddot(x.length, x, 1, y, 1),
    addScaled: (a, x, y) => daxpy(x.length, a, x, 1, y, 1),
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

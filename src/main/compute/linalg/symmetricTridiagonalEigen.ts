import { LabError } from '#shared/errors'
import type { Matrix } from '../matrix'
import { identity } from './dense'
import { implicitQlInPlace } from './implicitQl'
import { rescaled } from './rescale'
import { takeColumns } from './order'

export interface TridiagonalEigen {
  /** Ascending. */
  readonly values: Float64Array
  /** n × n: column i belongs to values[i]. */
  readonly vectors: Matrix
  /** Row 0 of `vectors`; their squares are the weights of the Gauss quadrature. */
  readonly firstComponents: Float64Array
}

/**
 * Eigen-decomposition T = S Θ Sᵀ of a symmetric tridiagonal matrix, always by our own QL: Lanczos needs weights of
 * full absolute accuracy, and the same on every machine.
 *
 * @param alpha n diagonal entries
 * @param beta n − 1 entries beside it
 */
export function symmetricTridiagonalEigen(alpha: Float64Array, beta: Float64Array): TridiagonalEigen {
  const n = alpha.length
  if (beta.length !== Math.max(0, n - 1)) {
    throw new LabError(
      'shape',
      `A tridiagonal matrix with ${n} diagonal entries has ${n - 1} beside them, not ${beta.length}.`,
      {
        alpha: n,
        beta: beta.length,
      },
    )
  }
  const joined = new Float64Array(2 * n)
  joined.set(alpha)
  joined.set(beta, n)
  const { data, scale } = rescaled(joined, 'symmetricTridiagonalEigen')
  const d = data.subarray(0, n)
  const s = identity(n).data
  implicitQlInPlace(d, data.subarray(n), s)
  const order = Uint32Array.from(d.keys()).sort((i, j) => d[i]! - d[j]!)
  const vectors = takeColumns(s, n, order)
  return {
    values: Float64Array.from(order, (i) => d[i]! * scale),
    vectors,
    firstComponents: vectors.data.slice(0, n),
  }
}

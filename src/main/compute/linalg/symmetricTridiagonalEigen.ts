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
  const { values, vectors, order } = decomposed(alpha, beta, identity(n).data)
  const sorted = takeColumns(vectors, n, order)
  return { values, vectors: sorted, firstComponents: sorted.data.slice(0, n) }
}

/**
 * Nodes, ascending, and weights of the Gauss quadrature of a Lanczos matrix: its eigenvalues, and the squares of their
 * eigenvectors' first components. Golub & Welsch 1969, Math. Comp. 23, 221: O(n²), because no other component is
 * needed.
 *
 * @param alpha n diagonal entries
 * @param beta n − 1 entries beside it
 */
export function gaussQuadrature(
  alpha: Float64Array,
  beta: Float64Array,
): { readonly nodes: Float64Array; readonly weights: Float64Array } {
  const first = new Float64Array(alpha.length).fill(1, 0, 1)
  const { values, vectors, order } = decomposed(alpha, beta, first)
  return { nodes: values, weights: Float64Array.from(order, (i) => vectors[i]! ** 2) }
}

/** @param vectors rows of the identity; column i becomes that of eigenvalue i before the order is applied */
function decomposed(alpha: Float64Array, beta: Float64Array, vectors: Float64Array) {
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
  implicitQlInPlace(d, data.subarray(n), vectors)
  const order = Uint32Array.from(d.keys()).sort((i, j) => d[i]! - d[j]!)
  return { values: Float64Array.from(order, (i) => d[i]! * scale), vectors, order }
}

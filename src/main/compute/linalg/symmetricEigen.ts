import { LabError } from '#shared/errors'
import type { Matrix } from '../matrix'
import { implicitQlInPlace } from './implicitQl'
import { lapackInUse, type LapackLibrary, lapackSymmetricEigen } from './lapack'
import { takeColumns, takeRowsAsColumns } from './order'
import { rescaled, timesInPlace } from './rescale'
import { tridiagonaliseInPlace } from './tridiagonalise'

export interface SymmetricEigen<V extends Matrix | null = Matrix> {
  /** Descending. */
  readonly values: Float64Array
  /** n × n: column i is the eigenvector of values[i]; null if not asked for. */
  readonly vectors: V
}

type Solved = SymmetricEigen<Matrix | null>

/**
 * A = V Λ Vᵀ of a real symmetric matrix; only its lower triangle is read. Errors are a small multiple of ε ‖A‖, so
 * eigenvalues far below ‖A‖ have no relative accuracy. By LAPACK's dsyevd where useLapack gave one, else by Householder
 * reduction and implicit QL.
 *
 * @throws LabError 'shape' if a is not square; 'degenerate' if it holds NaN or infinity
 */
export function symmetricEigen(a: Matrix): SymmetricEigen
export function symmetricEigen(a: Matrix, options: { readonly vectors?: true }): SymmetricEigen
export function symmetricEigen(a: Matrix, options: { readonly vectors: false }): SymmetricEigen<null>
export function symmetricEigen(a: Matrix, options: { readonly vectors?: boolean }): SymmetricEigen<Matrix | null>
export function symmetricEigen(
  a: Matrix,
  { vectors = true }: { readonly vectors?: boolean } = {},
): SymmetricEigen<Matrix | null> {
  const { rows: n, cols } = a
  if (n !== cols) throw new LabError('shape', `symmetricEigen: ${n} × ${cols} is not square.`, { rows: n, cols })
  const { data, scale } = rescaled(a.data, 'symmetricEigen')
  const lapack = lapackInUse()
  const solved = (lapack && n > 0 && byLapack(lapack, data, n, vectors)) || byOwnCode(data, n, vectors)
  return { values: timesInPlace(solved.values, scale), vectors: solved.vectors }
}

/** Descending eigenvalues only. */
export function symmetricEigenvalues(a: Matrix): Float64Array {
  return symmetricEigen(a, { vectors: false }).values
}

function byLapack(lapack: LapackLibrary, data: Float64Array, n: number, vectors: boolean): Solved | null {
  const solved = lapackSymmetricEigen(lapack, data, n, vectors)
  if (!solved) return null
  const descending = Uint32Array.from({ length: n }, (_, i) => n - 1 - i)
  return { values: solved.values.reverse(), vectors: vectors ? takeRowsAsColumns(solved.rows, n, descending) : null }
}

function byOwnCode(data: Float64Array, n: number, vectors: boolean): Solved {
  const { diagonal, offDiagonal, q } = tridiagonaliseInPlace(data, n, vectors)
  const e = new Float64Array(n)
  e.set(offDiagonal)
  implicitQlInPlace(diagonal, e, q)
  const order = Uint32Array.from(diagonal.keys()).sort((i, j) => diagonal[j]! - diagonal[i]!)
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: q && takeColumns(q, n, order) }
}

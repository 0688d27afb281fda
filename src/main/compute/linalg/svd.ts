import { type Matrix, matrix } from '../matrix'
import { transpose } from './dense'
import { jacobiSingularValues, jacobiSvd } from './jacobiSvd'
import { lapackInUse, lapackSvd } from './lapack'
import { rescaled, timesInPlace } from './rescale'

/** Thin SVD A = U diag(s) Vᵀ of an m × n matrix, r = min(m, n). */
export interface Svd {
  /** m × r, orthonormal columns. */
  readonly u: Matrix
  /** r singular values, descending, ≥ 0. */
  readonly s: Float64Array
  /** r × n, orthonormal rows. */
  readonly vt: Matrix
}

/**
 * By LAPACK's dgesdd where useLapack gave one, else by one-sided Jacobi. Both are accurate to a small multiple of
 * ε s₀; the signs of the vectors are free and may differ.
 *
 * @throws LabError 'degenerate' if a holds NaN or infinity
 */
export function svd(a: Matrix): Svd {
  const { rows: m, cols: n } = a
  const r = Math.min(m, n)
  const { data, scale } = rescaled(a.data, 'svd')
  const lapack = lapackInUse()
  const found = lapack && r > 0 && lapackSvd(lapack, matrix(m, n, data), true)
  if (found) return { u: matrix(m, r, found.u), s: timesInPlace(found.s, scale), vt: matrix(r, n, found.vt) }
  if (m >= n) {
    const { u, s, vt } = jacobiSvd(matrix(m, n, data))
    return { u, s: timesInPlace(s, scale), vt }
  }
  const { u, s, vt } = jacobiSvd(transpose(matrix(m, n, data)))
  return { u: transpose(vt), s: timesInPlace(s, scale), vt: transpose(u) }
}

/** Descending singular values only. */
export function singularValues(a: Matrix): Float64Array {
  const { rows: m, cols: n } = a
  const { data, scale } = rescaled(a.data, 'singularValues')
  const scaled = matrix(m, n, data)
  const lapack = lapackInUse()
  const found = lapack && data.length > 0 && lapackSvd(lapack, scaled, false)
  if (found) return timesInPlace(found.s, scale)
  return timesInPlace(jacobiSingularValues(m >= n ? scaled : transpose(scaled)), scale)
}

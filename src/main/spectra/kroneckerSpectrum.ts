import { LabError } from '#shared/errors'
import { symmetricEigen } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { columns } from './columns'

export interface KroneckerPair {
  readonly value: number
  /** Eigenvector of A, unit norm; with `right` it gives the eigenvector vec = left ⊗ right (row-major vec). */
  readonly left: Float64Array
  /** Eigenvector of B, unit norm. */
  readonly right: Float64Array
}

export interface KroneckerSpectrum {
  /** All products of an eigenvalue of A and one of B, descending. */
  readonly values: Float64Array
  /** The pairs that belong to the first `top` values. */
  readonly pairs: readonly KroneckerPair[]
}

/**
 * Spectrum of A ⊗ B for symmetric A and B: λ_i(A) λ_j(B), eigenvectors u_i ⊗ v_j.
 *
 * Layer blocks of a Gauss-Newton matrix with quadratic loss have this form, G_l = AᵀA ⊗ HHᵀ/N in the row-major vec
 * (theory note 01, section 3 and pitfall 7). Costs O(a³ + b³) in place of O(a³ b³).
 *
 * @param A a × a, symmetric
 * @param B b × b, symmetric
 * @param options.top how many eigenvector pairs to return, from the largest value; default 0
 * @throws LabError 'bad-input' if top is not between 0 and a·b
 */
export function kroneckerSpectrum(A: Matrix, B: Matrix, options: { readonly top?: number } = {}): KroneckerSpectrum {
  const { top = 0 } = options
  const size = A.rows * B.rows
  if (!Number.isInteger(top) || top < 0 || top > size) {
    throw new LabError('bad-input', `kroneckerSpectrum: top is ${top}; give a whole number from 0 to ${size}.`, { top })
  }
  const a = symmetricEigen(A, { vectors: top > 0 })
  const b = symmetricEigen(B, { vectors: top > 0 })
  const product = (k: number) => a.values[Math.floor(k / B.rows)]! * b.values[k % B.rows]!
  if (top === 0)
    return {
      values: Float64Array.from({ length: size }, (_, k) => product(k))
        .sort()
        .reverse(),
      pairs: [],
    }
  const order = Array.from({ length: size }, (_, k) => k).sort((k, l) => product(l) - product(k))
  const [left, right] = [columns(a.vectors!), columns(b.vectors!)]
  const pairs = order.slice(0, top).map((k) => ({
    value: product(k),
    left: left[Math.floor(k / B.rows)]!,
    right: right[k % B.rows]!,
  }))
  return { values: Float64Array.from(order, product), pairs }
}

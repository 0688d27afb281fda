import { LabError } from '#shared/errors'
import { singularValues } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { fromColumns } from './columns'
import { orthogonaliseFullyInPlace } from './orthogonaliseInPlace'
import { orthonormalBasis } from './orthonormalBasis'
import { crossGram } from './subspaceOverlap'

/**
 * Principal angles between the column spaces of U (n × p) and V (n × q).
 *
 * cos θ_i are the singular values of QᵤᵀQᵥ, sin θ_i those of (I − QᵤQᵤᵀ) Qᵥ. The cosine cannot tell angles below 1e-8
 * from zero, the sine angles near π/2 from each other; so each angle comes from the one that is small.
 * Björck & Golub 1973, Math. Comp. 27, 579; Knyazev & Argentati 2002, SIAM J. Sci. Comput. 23, 2008.
 *
 * @param U any basis of the space; made orthonormal here
 * @param V likewise
 * @returns min(p, q) angles in radians, ascending, in [0, π/2]
 * @throws LabError 'shape' if the rows differ; 'degenerate' if columns are linearly dependent
 */
export function principalAngles(U: Matrix, V: Matrix): Float64Array {
  if (U.rows !== V.rows) {
    throw new LabError('shape', `principalAngles: vectors of length ${U.rows} and ${V.rows} have no angle.`, {
      left: U.rows,
      right: V.rows,
    })
  }
  if (U.cols === 0 || V.cols === 0) return new Float64Array(0)
  // The sines need the larger space first: with p ≥ q there are exactly q of them.
  const [large, small] = U.cols >= V.cols ? [U, V] : [V, U]
  const Qu = orthonormalBasis(large)
  const Qv = orthonormalBasis(small)
  const q = Qv.length
  const outside = Qv.map((v) => v.slice())
  orthogonaliseFullyInPlace(outside, Qu)
  const cosines = singularValues(crossGram(Qu, Qv))
  const sines = singularValues(fromColumns(outside)).toReversed()
  return Float64Array.from({ length: q }, (_, i) =>
    cosines[i]! > Math.SQRT1_2 ? Math.asin(Math.min(1, sines[i]!)) : Math.acos(Math.min(1, cosines[i]!)),
  )
}

import { LabError } from '#shared/errors'
import { dot, norm, singularValues } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { columns, fromColumns } from './columns'
import { orthogonaliseFullyInPlace } from './orthogonaliseInPlace'
import { scaleInPlace } from './vectorOps'

/** A column that keeps less than this fraction of its length is dependent on those before it. */
const DEPENDENT = 1e-12

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
  const Qu = orthonormalColumns(large)
  const Qv = orthonormalColumns(small)
  const [p, q] = [Qu.length, Qv.length]
  const overlap = matrix(p, q)
  Qu.forEach((u, i) => Qv.forEach((v, j) => (overlap.data[i * q + j] = dot(u, v))))
  const outside = Qv.map((v) => {
    const rest = v.slice()
    orthogonaliseFullyInPlace(rest, Qu)
    return rest
  })
  const cosines = singularValues(overlap)
  const sines = singularValues(fromColumns(outside)).toReversed()
  return Float64Array.from({ length: q }, (_, i) =>
    cosines[i]! > Math.SQRT1_2 ? Math.asin(Math.min(1, sines[i]!)) : Math.acos(Math.min(1, cosines[i]!)),
  )
}

function orthonormalColumns(A: Matrix): Float64Array[] {
  const basis: Float64Array[] = []
  for (const column of columns(A)) {
    const length = norm(column)
    if (length > 0) scaleInPlace(column, 1 / length)
    orthogonaliseFullyInPlace(column, basis)
    const left = norm(column)
    if (!(left > DEPENDENT)) {
      throw new LabError('degenerate', `principalAngles: column ${basis.length + 1} depends on those before it.`, {
        column: basis.length,
      })
    }
    scaleInPlace(column, 1 / left)
    // Dividing by a small length magnifies what the two passes left over.
    orthogonaliseFullyInPlace(column, basis)
    scaleInPlace(column, 1 / norm(column))
    basis.push(column)
  }
  return basis
}

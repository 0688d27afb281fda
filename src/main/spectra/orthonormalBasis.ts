import { LabError } from '#shared/errors'
import type { Matrix } from '#main/compute/matrix'
import { columns } from './columns'
import { normaliseOutsideInPlace } from './orthogonaliseInPlace'

/** A column that keeps less than this fraction of its length is dependent on those before it. */
const DEPENDENT = 1e-12

/**
 * An orthonormal basis of a column space, by Gram-Schmidt in the order of the columns: the first k vectors span what the
 * first k columns span.
 *
 * @throws LabError 'degenerate' if columns are linearly dependent
 */
export function orthonormalBasis(A: Matrix): Float64Array[] {
  const basis: Float64Array[] = []
  for (const column of columns(A)) {
    if (!(normaliseOutsideInPlace(column, basis, DEPENDENT) > DEPENDENT)) {
      throw new LabError(
        'degenerate',
        `orthonormalBasis: column ${basis.length + 1} depends on those before it. Leave it out.`,
        { column: basis.length },
      )
    }
    basis.push(column)
  }
  return basis
}

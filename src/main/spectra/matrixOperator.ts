import { LabError } from '#shared/errors'
import type { Matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'
import { addCombinationInPlace, project } from './storedVectors'

/**
 * y = A x of a symmetric matrix that is held in memory.
 *
 * @throws LabError 'shape' if A is not square
 */
export function matrixOperator({ rows: n, cols, data }: Matrix): LinearOperator {
  if (n !== cols) throw new LabError('shape', `matrixOperator: ${n} × ${cols} is not square.`, { rows: n, cols })
  const rows = rowsOf({ rows: n, cols, data })
  return { n, apply: (x, y) => y.set(project(rows, x)) }
}

/**
 * y = scale · X (Xᵀ x) of a d × N factor: a second moment that is never formed. Positive semidefinite for scale ≥ 0.
 */
export function factorOperator(X: Matrix, scale = 1): LinearOperator {
  const { rows: d, cols: N } = X
  const rows = rowsOf(X)
  return {
    n: d,
    apply(x, y) {
      const inner = new Float64Array(N)
      addCombinationInPlace(inner, rows, x, scale)
      y.set(project(rows, inner))
    },
  }
}

/** The rows of a matrix where they lie: no copies. */
export function rowsOf({ rows, cols, data }: Matrix): Float64Array[] {
  return Array.from({ length: rows }, (_, i) => data.subarray(i * cols, (i + 1) * cols))
}

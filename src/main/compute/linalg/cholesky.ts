import { LabError } from '#shared/errors'
import { type Matrix, matrix } from '../matrix'

/**
 * Lower triangular L with A = L Lᵀ and a positive diagonal; only A's lower triangle is read.
 *
 * @throws LabError 'shape' if a is not square; 'degenerate' if it is not positive definite
 */
export function cholesky({ rows: n, cols, data }: Matrix): Matrix {
  if (n !== cols) throw new LabError('shape', `cholesky: ${n} × ${cols} is not square.`, { rows: n, cols })
  const result = matrix(n, n)
  const L = result.data
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = data[i * n + j]!
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!
      if (i !== j) {
        L[i * n + j] = sum / L[j * n + j]!
      } else if (sum > 0 && Number.isFinite(sum)) {
        L[i * n + i] = Math.sqrt(sum)
      } else {
        throw new LabError('degenerate', `cholesky: not positive definite at row ${i} (pivot ${sum}).`, { row: i })
      }
    }
  }
  return result
}

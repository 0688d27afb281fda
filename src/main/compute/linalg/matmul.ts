import { LabError } from '#shared/errors'
import { type Matrix, matrix } from '../matrix'
import { transpose } from './dense'

export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/**
 * op(a) op(b), where op transposes if asked. Plain loops in a fixed order: the same bits on every machine.
 *
 * @throws LabError 'shape' if the inner dimensions differ
 */
export function matmul(a: Matrix, b: Matrix, { transposeA = false, transposeB = false }: MatmulOptions = {}): Matrix {
  // One copy of each transposed operand is cheap beside the product, and the inner loop stays contiguous.
  const left = transposeA ? transpose(a) : a
  const right = transposeB ? transpose(b) : b
  const [m, k, n] = [left.rows, left.cols, right.cols]
  if (right.rows !== k) {
    throw new LabError('shape', `matmul: ${m} × ${k} times ${right.rows} × ${n} does not fit.`, { m, k, n })
  }
  const result = matrix(m, n)
  const [A, B, C] = [left.data, right.data, result.data]
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = A[i * k + p]!
      const [row, from] = [i * n, p * n]
      for (let j = 0; j < n; j++) C[row + j] = C[row + j]! + factor * B[from + j]!
    }
  }
  return result
}

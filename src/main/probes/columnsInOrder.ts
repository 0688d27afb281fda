import { matrix, type Matrix } from '#main/compute/matrix'

/** The columns of a matrix in another order. */
export function columnsInOrder({ rows, cols, data }: Matrix, order: readonly number[]): Matrix {
  const sorted = matrix(rows, order.length)
  for (let a = 0; a < rows; a++) {
    order.forEach((column, at) => (sorted.data[a * order.length + at] = data[a * cols + column]!))
  }
  return sorted
}

import { type Matrix, matrix } from '../matrix'

/** The given rows, in that order, as the columns of a width × order.length matrix. */
export function takeRowsAsColumns(rows: Float64Array, width: number, order: Uint32Array): Matrix {
  const result = matrix(width, order.length)
  order.forEach((from, to) => {
    for (let j = 0; j < width; j++) result.data[j * order.length + to] = rows[from * width + j]!
  })
  return result
}

/** The given columns of a row-major matrix with `width` columns, in that order. */
export function takeColumns(data: Float64Array, width: number, order: Uint32Array): Matrix {
  const rows = width === 0 ? 0 : data.length / width
  const result = matrix(rows, order.length)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < order.length; j++) result.data[i * order.length + j] = data[i * width + order[j]!]!
  }
  return result
}

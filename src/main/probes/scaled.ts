import { matrix, type Matrix } from '#main/compute/matrix'

/** factor · A */
export function scaled({ rows, cols, data }: Matrix, factor: number): Matrix {
  return matrix(
    rows,
    cols,
    data.map((value) => factor * value),
  )
}

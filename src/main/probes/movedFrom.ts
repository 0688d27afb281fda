import { matrix, type Matrix } from '#main/compute/matrix'

/** W − factor W(0): what training changed, beside a common shrinking. Theory note 05, S-A ("Record"). */
export function movedFrom(start: Matrix, W: Matrix, factor: number): Matrix {
  return matrix(
    W.rows,
    W.cols,
    W.data.map((value, at) => value - factor * start.data[at]!),
  )
}

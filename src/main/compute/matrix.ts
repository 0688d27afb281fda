import { LabError } from '#shared/errors'

/** A dense real matrix on the host: row-major, float64. */
export interface Matrix {
  readonly rows: number
  readonly cols: number
  readonly data: Float64Array
}

/** @throws LabError 'shape' if the data do not fill rows × cols. */
export function matrix(rows: number, cols: number, data: Float64Array = new Float64Array(rows * cols)): Matrix {
  if (data.length !== rows * cols) {
    throw new LabError('shape', `matrix: ${data.length} numbers cannot fill ${rows} × ${cols}.`, { rows, cols })
  }
  return { rows, cols, data }
}

import type { Matrix } from '#main/compute/matrix'
import type { Model } from '#main/core/model'

/** A product of trained factors that should equal a matrix, of which training may see only some entries. */
export interface MatrixModel extends Model {
  readonly matrixTarget: {
    /** Φ; 0 where an entry is not known. */
    readonly phi: Matrix
    /** 1 where an entry is known; null where all that is known is what training sees. */
    readonly scored: Matrix | null
    /** Numbers that training changes. */
    readonly trainedParameters: number
  }
}

export function isMatrixModel(model: Model): model is MatrixModel {
  return 'matrixTarget' in model
}

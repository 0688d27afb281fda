import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { Dataset } from '#main/core/model'

/** Y = Φ X with inputs X; regression knows no classes, so all samples stand in one. */
export function regressionData(map: Matrix, inputs: Matrix): Dataset {
  return { train: { inputs, targets: matmul(map, inputs), classSizes: [inputs.cols] }, test: null }
}

/**
 * Row i of X times √(1 + (c − 1) i/(d − 1)): takes X Xᵀ = I to a spectrum from 1 to c. Theory note 05, S-A
 * ("Unwhitened X").
 */
export function withConditionNumber({ rows: d, cols, data }: Matrix, condition: number): Matrix {
  return matrix(
    d,
    cols,
    data.map((value, at) => value * Math.sqrt(1 + ((condition - 1) * Math.floor(at / cols)) / Math.max(1, d - 1))),
  )
}

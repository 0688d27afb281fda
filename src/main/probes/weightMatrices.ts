import { matrix, type Matrix } from '#main/compute/matrix'
import type { Model } from '#main/core/model'
import type { ParameterArrays } from '#main/core/snapshot'
import { arrayOf } from './arrayOf'

/** W_1, W_2 … of a model, in the order of its layers, whatever else it trains. */
export function weightMatrices(model: Model, values: ParameterArrays): Matrix[] {
  return model.parameters
    .filter(({ kind }) => kind === 'weight')
    .toSorted((a, b) => a.layer - b.layer)
    .map(({ name, shape: [rows = 0, cols = 0] }) => matrix(rows, cols, arrayOf(values, name)))
}

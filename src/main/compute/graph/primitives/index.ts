import type { Op } from '../primitive'
import { relu, step, tanh } from './activations'
import { matmul } from './contraction'
import type { PrimitiveDefinition } from './definition'
import { add, multiply, scale, scaleBy, subtract } from './elementwise'
import { pad, reshape, slice, transpose } from './layout'
import { softmax, softmaxCrossEntropy, squaredError } from './losses'
import { repeat, sum, total } from './reductions'
import { fill, input } from './sources'

/** Every primitive's shape rule and derivatives. */
export const definitions: { readonly [O in Op]: PrimitiveDefinition<O> } = {
  input,
  fill,
  matmul,
  add,
  subtract,
  multiply,
  scale,
  scaleBy,
  relu,
  step,
  tanh,
  sum,
  repeat,
  total,
  transpose,
  reshape,
  slice,
  pad,
  softmax,
  softmaxCrossEntropy,
  squaredError,
}

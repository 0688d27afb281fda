import type { Op } from '../primitive'
import { greater, normalCdf, relu, sigmoid, softplus, step, tanh, where } from './activations'
import { batchMatmul, matmul } from './contraction'
import { conv2d, conv2dInput, conv2dKernel } from './convolution'
import type { PrimitiveDefinition } from './definition'
import { add, divide, exp, log, log1p, multiply, power, scale, scaleBy, subtract } from './elementwise'
import { gather, oneHot, scatterAdd } from './indexing'
import { pad, reshape, slice, transpose } from './layout'
import { softmax, softmaxCrossEntropy, softmaxError, squaredError } from './losses'
import { perReplica } from './perReplica'
import { poolWinners, spreadPool, sumPool } from './pooling'
import { logSumExp, repeat, sum, total } from './reductions'
import { fill, input } from './sources'

/** Every primitive's shape rule and derivatives. */
export const definitions: { readonly [O in Op]: PrimitiveDefinition<O> } = {
  input,
  fill,
  matmul,
  batchMatmul,
  conv2d,
  conv2dInput,
  conv2dKernel,
  add,
  subtract,
  multiply,
  divide,
  scale,
  scaleBy,
  power,
  exp,
  log,
  log1p,
  relu,
  step,
  tanh,
  sigmoid,
  softplus,
  normalCdf,
  greater,
  where,
  sum,
  repeat,
  total,
  logSumExp,
  transpose,
  reshape,
  slice,
  pad,
  gather,
  scatterAdd,
  oneHot,
  sumPool,
  spreadPool,
  poolWinners,
  softmax,
  softmaxCrossEntropy,
  softmaxError,
  squaredError,
  perReplica,
}

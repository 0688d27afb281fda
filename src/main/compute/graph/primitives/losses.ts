import { LabError } from '#shared/errors'
import type { Node } from '../node'
import {
  flat,
  gather,
  multiply,
  repeat,
  reshape,
  scale,
  scaleBy,
  softmax as probabilities,
  softmaxError as errors,
  subtract,
  sum,
  total,
  winners,
} from '../ops'
import {
  alongNextAxis,
  commonShape,
  type Derivative,
  eachReplica,
  extentOf,
  input,
  linear,
  matrixShape,
  type PrimitiveDefinition,
} from './definition'

export const softmax: PrimitiveDefinition<'softmax'> = {
  shape({ axis }, inputs) {
    extentOf('softmax', inputs, axis)
    return commonShape('softmax', inputs, 1)
  },
  vjp: (node, { axis }, cotangent) => [timesCovariance(input(node, 0), axis, cotangent)],
  jvp: (node, { axis }, tangents) => linear(tangents, (x) => timesCovariance(input(node, 0), axis, x)),
  replicate: alongNextAxis,
}

/**
 * (diag p − p pᵀ) x along an axis: the Jacobian of softmax, which is symmetric.
 *
 * Written for z = x − x_winner, which changes nothing because the Jacobian maps constants to 0: p ∘ (z − pᵀz). Where
 * one class has almost all the mass, pᵀx and x_winner agree to all digits and their difference would be rounding; pᵀz
 * is a sum over the other classes only.
 */
function timesCovariance(logits: Node, axis: number, x: Node): Node {
  const extent = extentOf('softmax', [x.shape], axis)
  const p = probabilities(logits, axis)
  const best = winners(logits, axis)
  const ofWinner = gather(flat(x), 0, flat(best))
  const z = subtract(x, repeat(reshape(ofWinner, best.shape), axis, extent))
  return multiply(p, subtract(z, repeat(sum(multiply(p, z), axis), axis, extent)))
}

export const softmaxCrossEntropy: PrimitiveDefinition<'softmaxCrossEntropy'> = {
  shape(_, inputs) {
    commonShape('softmaxCrossEntropy', inputs, 2)
    matrixShape('softmaxCrossEntropy', inputs, 0)
    return []
  },
  vjp: (node, _primitive, cotangent) => [scaleBy(errors(input(node, 0), input(node, 1)), cotangent), null],
  jvp(node, _primitive, [logits = null, targets = null]) {
    refuseTangent('softmaxCrossEntropy', targets)
    return logits && total(multiply(logits, errors(input(node, 0), input(node, 1))))
  },
  replicate: eachReplica,
}

/** The targets are constants, so its derivatives are those of softmax. */
export const softmaxError: PrimitiveDefinition<'softmaxError'> = {
  shape(_, inputs) {
    matrixShape('softmaxError', inputs, 0)
    return commonShape('softmaxError', inputs, 2)
  },
  vjp: (node, _primitive, cotangent) => [timesCovariance(input(node, 0), 0, cotangent), null],
  jvp(node, _primitive, [logits = null, targets = null]) {
    refuseTangent('softmaxError', targets)
    return logits && timesCovariance(input(node, 0), 0, logits)
  },
  replicate: eachReplica,
}

export const squaredError: PrimitiveDefinition<'squaredError'> = {
  shape(_, inputs) {
    commonShape('squaredError', inputs, 2)
    return []
  },
  vjp(node, _primitive, cotangent) {
    const gap = scaleBy(subtract(input(node, 0), input(node, 1)), cotangent)
    return [gap, scale(gap, -1)]
  },
  jvp(node, _primitive, [a = null, b = null]) {
    const change: Derivative = a && b ? subtract(a, b) : (a ?? (b && scale(b, -1)))
    return change && total(multiply(change, subtract(input(node, 0), input(node, 1))))
  },
  replicate: eachReplica,
}

function refuseTangent(op: string, targets: Derivative): void {
  if (targets) throw new LabError('internal', `${op}: targets are constants and have no tangent.`)
}

import { LabError } from '#shared/errors'
import type { Node } from '../node'
import { multiply, repeat, scale, scaleBy, softmax as probabilities, subtract, sum, total } from '../ops'
import { commonShape, input, linear, matrixShape, type Derivative, type PrimitiveDefinition } from './definition'

export const softmax: PrimitiveDefinition<'softmax'> = {
  shape: (_, inputs) => [...matrixShape('softmax', inputs, 0)],
  vjp: (node, _primitive, cotangent) => [timesCovariance(node, cotangent)],
  jvp: (node, _primitive, tangents) => linear(tangents, (x) => timesCovariance(node, x)),
}

/** (diag p − p pᵀ) x column by column: the Jacobian of softmax, which is symmetric. */
function timesCovariance(node: Node, x: Node): Node {
  const p = probabilities(input(node, 0))
  const px = multiply(p, x)
  return subtract(px, multiply(p, repeat(sum(px, 0), 0, matrixShape('softmax', [x.shape], 0)[0])))
}

export const softmaxCrossEntropy: PrimitiveDefinition<'softmaxCrossEntropy'> = {
  shape(_, inputs) {
    commonShape('softmaxCrossEntropy', inputs, 2)
    matrixShape('softmaxCrossEntropy', inputs, 0)
    return []
  },
  vjp: (node, _primitive, cotangent) => [scaleBy(errors(node), cotangent), null],
  jvp(node, _primitive, [logits = null, targets = null]) {
    if (targets) throw new LabError('internal', 'softmaxCrossEntropy: targets are constants and have no tangent.')
    return logits && total(multiply(logits, errors(node)))
  },
}

/** ∂/∂f = softmax(f) − y, because the columns of y sum to 1. */
function errors(node: Node): Node {
  return subtract(probabilities(input(node, 0)), input(node, 1))
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
}

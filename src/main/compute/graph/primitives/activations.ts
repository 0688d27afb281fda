import type { Node } from '../node'
import { multiply, step as stepped, subtract, tanh as tangens } from '../ops'
import { commonShape, input, linear, type PrimitiveDefinition } from './definition'

/** relu'(0) = 0, everywhere. */
export const relu: PrimitiveDefinition<'relu'> = {
  shape: (_, inputs) => commonShape('relu', inputs, 1),
  vjp: (node, _primitive, cotangent) => [multiply(cotangent, stepped(input(node, 0)))],
  jvp: (node, _primitive, tangents) => linear(tangents, (x) => multiply(x, stepped(input(node, 0)))),
}

/** Piecewise constant: its derivative is taken as 0, also at the jump. */
export const step: PrimitiveDefinition<'step'> = {
  shape: (_, inputs) => commonShape('step', inputs, 1),
  vjp: () => [null],
  jvp: () => null,
}

export const tanh: PrimitiveDefinition<'tanh'> = {
  shape: (_, inputs) => commonShape('tanh', inputs, 1),
  vjp: (node, _primitive, cotangent) => [timesSlope(node, cotangent)],
  jvp: (node, _primitive, tangents) => linear(tangents, (x) => timesSlope(node, x)),
}

/** (1 − tanh²) x, from the node's own value y = tanh. */
function timesSlope(node: Node, x: Node): Node {
  const y = tangens(input(node, 0))
  return subtract(x, multiply(x, multiply(y, y)))
}

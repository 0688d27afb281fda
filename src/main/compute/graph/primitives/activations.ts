import type { Node } from '../node'
import {
  exp,
  fill,
  multiply,
  scale,
  sigmoid as logistic,
  step as stepped,
  subtract,
  tanh as tangens,
  where as chosen,
} from '../ops'
import { commonShape, elementByElement, elementwise, input, type PrimitiveDefinition } from './definition'

/** relu'(0) = 0, everywhere. */
export const relu = elementwise('relu', (x, cotangent) => multiply(cotangent, stepped(x)))

/** Piecewise constant: its derivative is taken as 0, also at the jump. */
export const step = piecewiseConstant('step', 1)
export const greater = piecewiseConstant('greater', 2)

/** tanh' = 1 − tanh² */
export const tanh = elementwise('tanh', (x, cotangent) => {
  const y = tangens(x)
  return subtract(cotangent, multiply(cotangent, multiply(y, y)))
})

/** σ'(x) = σ(x) σ(−x), which keeps its digits on both sides. */
export const sigmoid = elementwise('sigmoid', (x, cotangent) =>
  multiply(cotangent, multiply(logistic(x), logistic(scale(x, -1)))),
)

export const softplus = elementwise('softplus', (x, cotangent) => multiply(cotangent, logistic(x)))

/** Φ'(x) = e^(−x²/2) / √(2π) */
export const normalCdf = elementwise('normalCdf', (x, cotangent) =>
  multiply(cotangent, scale(exp(scale(multiply(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))),
)

export const where: PrimitiveDefinition<'where'> = {
  shape: (_, inputs) => commonShape('where', inputs, 3),
  vjp(node, _primitive, cotangent) {
    const [condition, zeros] = [input(node, 0), fill(node, node.shape, 0)]
    return [null, chosen(condition, cotangent, zeros), chosen(condition, zeros, cotangent)]
  },
  jvp(node, _primitive, [, a = null, b = null]) {
    const zeros: Node = fill(node, node.shape, 0)
    return a || b ? chosen(input(node, 0), a ?? zeros, b ?? zeros) : null
  },
  replicate: elementByElement,
}

function piecewiseConstant<O extends 'step' | 'greater'>(op: O, count: number): PrimitiveDefinition<O> {
  return {
    shape: (_, inputs) => commonShape(op, inputs, count),
    vjp: () => [null, null],
    jvp: () => null,
    replicate: elementByElement,
  }
}

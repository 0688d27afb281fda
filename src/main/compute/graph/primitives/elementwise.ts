import {
  add as plusNode,
  divide as over,
  exp as exponential,
  fill,
  multiply as times,
  power as raised,
  scale as scaled,
  scaleBy as scaledBy,
  subtract as minus,
  total,
} from '../ops'
import {
  commonShape,
  eachReplica,
  elementByElement,
  elementwise,
  input,
  linear,
  onStacks,
  plus,
  type PrimitiveDefinition,
  shapeError,
} from './definition'

export const add: PrimitiveDefinition<'add'> = {
  shape: (_, inputs) => commonShape('add', inputs, 2),
  vjp: (_node, _primitive, cotangent) => [cotangent, cotangent],
  jvp: (_node, _primitive, [a = null, b = null]) => plus(a, b, plusNode),
  replicate: elementByElement,
}

export const subtract: PrimitiveDefinition<'subtract'> = {
  shape: (_, inputs) => commonShape('subtract', inputs, 2),
  vjp: (_node, _primitive, cotangent) => [cotangent, scaled(cotangent, -1)],
  jvp: (_node, _primitive, [a = null, b = null]) => (a && b ? minus(a, b) : (a ?? (b && scaled(b, -1)))),
  replicate: elementByElement,
}

export const multiply: PrimitiveDefinition<'multiply'> = {
  shape: (_, inputs) => commonShape('multiply', inputs, 2),
  vjp: (node, _primitive, cotangent) => [times(cotangent, input(node, 1)), times(cotangent, input(node, 0))],
  jvp: (node, _primitive, [a = null, b = null]) =>
    plus(a && times(a, input(node, 1)), b && times(input(node, 0), b), plusNode),
  replicate: elementByElement,
}

/** ∂(a/b) = (∂a − (a/b) ∂b) / b */
export const divide: PrimitiveDefinition<'divide'> = {
  shape: (_, inputs) => commonShape('divide', inputs, 2),
  vjp(node, _primitive, cotangent) {
    const share = over(cotangent, input(node, 1))
    return [share, scaled(times(share, node), -1)]
  },
  jvp(node, _primitive, [a = null, b = null]) {
    const fromBelow = b && times(node, b)
    const change = a && fromBelow ? minus(a, fromBelow) : (a ?? (fromBelow && scaled(fromBelow, -1)))
    return change && over(change, input(node, 1))
  },
  replicate: elementByElement,
}

export const scale: PrimitiveDefinition<'scale'> = {
  shape: (_, inputs) => commonShape('scale', inputs, 1),
  vjp: (_node, { factor }, cotangent) => [scaled(cotangent, factor)],
  jvp: (_node, { factor }, tangents) => linear(tangents, (x) => scaled(x, factor)),
  replicate: elementByElement,
}

export const scaleBy: PrimitiveDefinition<'scaleBy'> = {
  shape(_, inputs) {
    const [s, x] = inputs
    if (!x || s?.length !== 0) throw shapeError('scaleBy', inputs, 'a scalar and an array')
    return x
  },
  vjp: (node, _primitive, cotangent) => [total(times(cotangent, input(node, 1))), scaledBy(cotangent, input(node, 0))],
  jvp: (node, _primitive, [s = null, x = null]) =>
    plus(s && scaledBy(input(node, 1), s), x && scaledBy(x, input(node, 0)), plusNode),
  replicate: (primitive, operands, count) =>
    operands[0]?.isStacked ? eachReplica(primitive, operands, count) : onStacks(primitive, operands),
}

export const power = elementwise('power', (x, cotangent, { exponent }) =>
  times(cotangent, scaled(raised(x, exponent - 1), exponent)),
)

export const exp = elementwise('exp', (x, cotangent) => times(cotangent, exponential(x)))

export const log = elementwise('log', (x, cotangent) => over(cotangent, x))

export const log1p = elementwise('log1p', (x, cotangent) => over(cotangent, plusNode(x, fill(x, x.shape, 1))))

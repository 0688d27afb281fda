import type { Node, Shape } from '../node'
import { constantOf, operand } from './node'

/** An array of one value, in the graph of another node. */
export function fill(beside: Node, shape: Shape, value: number): Node {
  return beside.graph.apply({ op: 'fill', value, shape }, [])
}

export function add(a: Node, b: Node): Node {
  const [left, right] = [constantOf(a, b), constantOf(b, a)]
  if (left !== null && right !== null) return fill(a, a.shape, left + right)
  if (left === 0) return b
  if (right === 0) return a
  return a.graph.apply({ op: 'add' }, [a, b])
}

export function subtract(a: Node, b: Node): Node {
  const [left, right] = [constantOf(a, b), constantOf(b, a)]
  if (left !== null && right !== null) return fill(a, a.shape, left - right)
  if (left === 0) return scale(b, -1)
  if (right === 0) return a
  return a.graph.apply({ op: 'subtract' }, [a, b])
}

/** Element by element. */
export function multiply(a: Node, b: Node): Node {
  const [left, right] = [constantOf(a, b), constantOf(b, a)]
  if (left !== null) return scale(b, left)
  if (right !== null) return scale(a, right)
  return a.graph.apply({ op: 'multiply' }, [a, b])
}

/** a / b, element by element. */
export function divide(a: Node, b: Node): Node {
  const [left, right] = [constantOf(a, b), constantOf(b, a)]
  if (right !== null && right !== 0) return scale(a, 1 / right)
  if (left === 1) return power(b, -1)
  return a.graph.apply({ op: 'divide' }, [a, b])
}

/** factor · x. A factor of 0 gives the constant 0, which is never computed with. */
export function scale(x: Node, factor: number): Node {
  if (factor === 1) return x
  if (factor === 0) return fill(x, x.shape, 0)
  const { primitive } = x
  if (primitive.op === 'fill') return fill(x, x.shape, primitive.value * factor)
  if (primitive.op === 'scale') return scale(operand(x), primitive.factor * factor)
  if (primitive.op === 'matmul' || primitive.op === 'batchMatmul') {
    return x.graph.apply({ ...primitive, alpha: primitive.alpha * factor }, x.inputs)
  }
  return x.graph.apply({ op: 'scale', factor }, [x])
}

/** s · x with a scalar node s. */
export function scaleBy(x: Node, s: Node): Node {
  if (s.primitive.op === 'fill') return scale(x, s.primitive.value)
  if (x.primitive.op === 'fill' && x.primitive.value === 0) return x
  return x.graph.apply({ op: 'scaleBy' }, [s, x])
}

/** x^exponent with a constant exponent. */
export function power(x: Node, exponent: number): Node {
  if (exponent === 0) return fill(x, x.shape, 1)
  if (exponent === 1) return x
  if (exponent === 2) return multiply(x, x)
  if (x.primitive.op === 'fill') return fill(x, x.shape, x.primitive.value ** exponent)
  return x.graph.apply({ op: 'power', exponent }, [x])
}

export function sqrt(x: Node): Node {
  return power(x, 0.5)
}

export function exp(x: Node): Node {
  return x.graph.apply({ op: 'exp' }, [x])
}

export function log(x: Node): Node {
  return x.graph.apply({ op: 'log' }, [x])
}

/** log(1 + x) with all its digits for small x. */
export function log1p(x: Node): Node {
  return x.graph.apply({ op: 'log1p' }, [x])
}

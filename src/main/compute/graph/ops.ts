import { LabError } from '#shared/errors'
import type { Node, Shape } from './node'
import { sizeOf } from './node'

/*
 * One function per primitive. Scales and transposes move into the matrix products they touch, where gemm applies them
 * for nothing; the identities used are exact up to the order of one rounding.
 */

/** alpha · op(a) op(b) for matrices; op transposes when asked. */
export function matmul(
  a: Node,
  b: Node,
  options: { transposeA?: boolean; transposeB?: boolean; alpha?: number } = {},
): Node {
  const { transposeA = false, transposeB = false, alpha = 1 } = options
  const left = a.primitive
  const right = b.primitive
  if (left.op === 'transpose') return matmul(operand(a), b, { transposeA: !transposeA, transposeB, alpha })
  if (right.op === 'transpose') return matmul(a, operand(b), { transposeA, transposeB: !transposeB, alpha })
  if (left.op === 'scale') return matmul(operand(a), b, { transposeA, transposeB, alpha: alpha * left.factor })
  if (right.op === 'scale') return matmul(a, operand(b), { transposeA, transposeB, alpha: alpha * right.factor })
  return a.graph.apply({ op: 'matmul', transposeA, transposeB, alpha }, [a, b])
}

export function add(a: Node, b: Node): Node {
  return a.graph.apply({ op: 'add' }, [a, b])
}

export function subtract(a: Node, b: Node): Node {
  return a.graph.apply({ op: 'subtract' }, [a, b])
}

/** Element by element. */
export function multiply(a: Node, b: Node): Node {
  if (a.primitive.op === 'fill') return scale(b, a.primitive.value)
  if (b.primitive.op === 'fill') return scale(a, b.primitive.value)
  return a.graph.apply({ op: 'multiply' }, [a, b])
}

/** factor · x */
export function scale(x: Node, factor: number): Node {
  if (factor === 1) return x
  const { primitive } = x
  if (primitive.op === 'fill') return fill(x, x.shape, primitive.value * factor)
  if (primitive.op === 'scale') return scale(operand(x), primitive.factor * factor)
  if (primitive.op === 'matmul') return x.graph.apply({ ...primitive, alpha: primitive.alpha * factor }, x.inputs)
  return x.graph.apply({ op: 'scale', factor }, [x])
}

/** s · x with a scalar node s. */
export function scaleBy(x: Node, s: Node): Node {
  if (s.primitive.op === 'fill') return scale(x, s.primitive.value)
  return x.graph.apply({ op: 'scaleBy' }, [s, x])
}

/** An array of one value, in the graph of another node. */
export function fill(beside: Node, shape: Shape, value: number): Node {
  return beside.graph.apply({ op: 'fill', value, shape }, [])
}

/** max(x, 0) with derivative 0 at 0. */
export function relu(x: Node): Node {
  return x.graph.apply({ op: 'relu' }, [x])
}

/** 1 where x > 0, else 0. */
export function step(x: Node): Node {
  return x.graph.apply({ op: 'step' }, [x])
}

export function tanh(x: Node): Node {
  return x.graph.apply({ op: 'tanh' }, [x])
}

/** Sum over one axis, which disappears. */
export function sum(x: Node, axis: number): Node {
  return x.graph.apply({ op: 'sum', axis }, [x])
}

/** Inserts an axis of this extent and repeats along it. */
export function repeat(x: Node, axis: number, extent: number): Node {
  if (x.primitive.op === 'fill') return fill(x, x.shape.toSpliced(axis, 0, extent), x.primitive.value)
  return x.graph.apply({ op: 'repeat', axis, extent }, [x])
}

/** Sum of all elements. */
export function total(x: Node): Node {
  return x.graph.apply({ op: 'total' }, [x])
}

/** A scalar in every place of a shape: the transpose of `total`. */
export function spread(s: Node, shape: Shape): Node {
  return [...shape].reverse().reduce((node, extent) => repeat(node, 0, extent), s)
}

export function transpose(x: Node): Node {
  if (x.primitive.op === 'transpose') return operand(x)
  return x.graph.apply({ op: 'transpose' }, [x])
}

export function reshape(x: Node, shape: Shape): Node {
  if (sizeOf(shape) !== sizeOf(x.shape)) {
    throw new LabError('shape', `reshape: [${x.shape.join(', ')}] has other elements than [${shape.join(', ')}].`)
  }
  return x.graph.apply({ op: 'reshape', shape }, [x])
}

/** Elements start … start + extent − 1 along an axis. */
export function slice(x: Node, axis: number, start: number, extent: number): Node {
  if (start === 0 && extent === x.shape[axis]) return x
  return x.graph.apply({ op: 'slice', axis, start, extent }, [x])
}

/** Zeros before and after along an axis. */
export function pad(x: Node, axis: number, before: number, after: number): Node {
  return x.graph.apply({ op: 'pad', axis, before, after }, [x])
}

/** Softmax of every column of a K × N matrix. */
export function softmax(x: Node): Node {
  return x.graph.apply({ op: 'softmax' }, [x])
}

/** Σ over columns of −Σ_k y_k log softmax(f)_k. The columns of the K × N targets sum to 1; they are constants. */
export function softmaxCrossEntropy(logits: Node, targets: Node): Node {
  return logits.graph.apply({ op: 'softmaxCrossEntropy' }, [logits, targets])
}

/** ½ Σ (a − b)² */
export function squaredError(a: Node, b: Node): Node {
  return a.graph.apply({ op: 'squaredError' }, [a, b])
}

/** The only input of a unary node. */
function operand(node: Node): Node {
  const [x] = node.inputs
  if (!x) throw new LabError('internal', `${node.primitive.op} has no operand.`)
  return x
}

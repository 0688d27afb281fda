import { LabError } from '#shared/errors'
import { sameShape, sizeOf, type Node, type Shape } from '../node'
import { add, fill } from './arithmetic'
import { operand } from './node'

/** Inserts an axis of this extent and repeats along it. */
export function repeat(x: Node, axis: number, extent: number): Node {
  if (x.primitive.op === 'fill') return fill(x, x.shape.toSpliced(axis, 0, extent), x.primitive.value)
  if (extent === 1) return reshape(x, x.shape.toSpliced(axis, 0, 1))
  return x.graph.apply({ op: 'repeat', axis, extent }, [x])
}

/** A scalar in every place of a shape: the transpose of `total`. */
export function spread(s: Node, shape: Shape): Node {
  return reshape(repeat(s, 0, sizeOf(shape)), shape)
}

/** Axis i of the result is axis axes[i] of x. Without axes, their order is reversed. */
export function transpose(x: Node, axes: readonly number[] = x.shape.map((_, i) => x.shape.length - 1 - i)): Node {
  const { primitive } = x
  if (axes.length === x.shape.length && axes.every((from, to) => from === to)) return x
  if (primitive.op === 'transpose') {
    return transpose(
      operand(x),
      axes.map((axis) => primitive.axes[axis] ?? -1),
    )
  }
  return x.graph.apply({ op: 'transpose', axes }, [x])
}

export function reshape(x: Node, shape: Shape): Node {
  if (sizeOf(shape) !== sizeOf(x.shape)) {
    throw new LabError('shape', `reshape: [${x.shape.join(', ')}] has other elements than [${shape.join(', ')}].`)
  }
  if (sameShape(shape, x.shape)) return x
  if (x.primitive.op === 'fill') return fill(x, shape, x.primitive.value)
  if (x.primitive.op === 'reshape') return reshape(operand(x), shape)
  return x.graph.apply({ op: 'reshape', shape }, [x])
}

/** Elements start … start + extent − 1 along an axis. */
export function slice(x: Node, axis: number, start: number, extent: number): Node {
  if (start === 0 && extent === x.shape[axis]) return x
  return x.graph.apply({ op: 'slice', axis, start, extent }, [x])
}

/** Zeros before and after along an axis. */
export function pad(x: Node, axis: number, before: number, after: number): Node {
  if (before === 0 && after === 0) return x
  return x.graph.apply({ op: 'pad', axis, before, after }, [x])
}

/** One array after the other along an axis. */
export function concat(parts: readonly Node[], axis: number): Node {
  const extents = parts.map((part) => part.shape[axis] ?? 0)
  const whole = extents.reduce((sum, extent) => sum + extent, 0)
  let before = 0
  const placed = parts.map((part, i) => {
    const extent = extents[i] ?? 0
    before += extent
    return pad(part, axis, before - extent, whole - before)
  })
  if (placed.length === 0) throw new LabError('shape', 'concat: there are no arrays to join.')
  return placed.reduce(add)
}

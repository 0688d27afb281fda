import { LabError } from '#shared/errors'
import { sizeOf, type Node } from '../node'
import { fill } from './arithmetic'

/** x's elements at these places of an axis, in this order. The indices are a list made by `Graph.indices`. */
export function gather(x: Node, axis: number, indices: Node): Node {
  checkBound('gather', indices, x.shape[axis])
  if (x.primitive.op === 'fill') return fill(x, x.shape.with(axis, sizeOf(indices.shape)), x.primitive.value)
  return x.graph.apply({ op: 'gather', axis }, [x, indices])
}

/** Zeros with `extent` places along an axis, and x's elements added at these: the transpose of `gather`. */
export function scatterAdd(x: Node, axis: number, indices: Node, extent: number): Node {
  checkBound('scatterAdd', indices, extent)
  if (x.primitive.op === 'fill' && x.primitive.value === 0) return fill(x, x.shape.with(axis, extent), 0)
  return x.graph.apply({ op: 'scatterAdd', axis, extent }, [x, indices])
}

/** Class indices of N samples as targets K × N. */
export function oneHot(indices: Node, classes: number): Node {
  checkBound('oneHot', indices, classes)
  return indices.graph.apply({ op: 'oneHot', classes }, [indices])
}

function checkBound(op: string, indices: Node, extent = 0): void {
  const bound = boundOf(indices)
  if (bound > extent) {
    const given = bound === Infinity ? 'numbers that need not be indices' : `indices below ${bound}`
    throw new LabError('shape', `${op}: got ${given} for ${extent} places. Make indices by Graph.indices.`)
  }
}

/** All elements are integers from 0 to below this; ∞ if that is not known. */
export function boundOf({ primitive: whole, inputs: [first] }: Node): number {
  const isStack = whole.op === 'perReplica'
  const primitive = isStack ? whole.primitive : whole
  switch (primitive.op) {
    case 'input':
      return primitive.below ?? Infinity
    case 'fill':
      return Number.isInteger(primitive.value) && primitive.value >= 0 ? primitive.value + 1 : Infinity
    case 'poolWinners':
      return first ? sizeOf(isStack ? first.shape.slice(1) : first.shape) : Infinity
    case 'gather':
    case 'reshape':
    case 'slice':
    case 'transpose':
    case 'repeat':
    case 'pad': // adds zeros, which are indices
      return first ? boundOf(first) : Infinity
    default:
      return Infinity
  }
}

import { LabError } from '#shared/errors'
import { sameShape, type Node } from '../node'

/** The only input of a unary node. */
export function operand(node: Node): Node {
  const [x] = node.inputs
  if (!x) throw new LabError('internal', `${node.primitive.op} has no operand.`)
  return x
}

/** The value of a constant that stands beside an array of its shape; null for everything else. */
export function constantOf(node: Node, beside: Node): number | null {
  return node.primitive.op === 'fill' && sameShape(node.shape, beside.shape) ? node.primitive.value : null
}

import type { Node } from '../node'
import { boundOf, sum } from '../ops'
import type { PrimitiveOf } from '../primitive'
import { definitionOf } from '../graph'
import { stack } from '../replicate'
import { eachReplica, shapeError, type Derivative, type Operand, type PrimitiveDefinition } from './definition'

/** Shapes and derivatives are those of its primitive for one replica, stacked; shared inputs collect the sum. */
export const perReplica: PrimitiveDefinition<'perReplica'> = {
  shape({ primitive, stacked, count }, inputs) {
    if (stacked.length !== inputs.length || inputs.some(([extent], i) => stacked[i] && extent !== count)) {
      throw shapeError('perReplica', inputs, `stacked inputs of ${primitive.op} with ${count} parts each`)
    }
    const parts = inputs.map((shape, i) => (stacked[i] ? shape.slice(1) : shape))
    return [count, ...definitionOf(primitive).shape(primitive, parts)]
  },
  vjp(node, attributes, cotangent) {
    const { inner, operands } = oneReplica(node, attributes)
    const arriving = node.graph.input('cotangent', inner.shape)
    const passed = definitionOf(inner.primitive).vjp(inner, inner.primitive, arriving)
    const stacks = stackPresent(passed, attributes.count, operands.set(arriving, { node: cotangent, isStacked: true }))
    return node.inputs.map((_, i) => {
      const share = stacks[i]
      return share && !attributes.stacked[i] ? sum(share, 0) : (share ?? null)
    })
  },
  jvp(node, attributes, tangents) {
    const { inner, operands } = oneReplica(node, attributes)
    const moving = tangents.map((tangent, i): Derivative => {
      const [placeholder] = inner.inputs.slice(i, i + 1)
      if (!tangent || !placeholder) return null
      const direction = node.graph.input('tangent', placeholder.shape)
      operands.set(direction, { node: tangent, isStacked: attributes.stacked[i] ?? false })
      return direction
    })
    const change = definitionOf(inner.primitive).jvp(inner, inner.primitive, moving)
    return stackPresent([change], attributes.count, operands)[0] ?? null
  },
  replicate: eachReplica,
}

/** The primitive on inputs that stand for those of one replica, and what they stand for. */
function oneReplica(
  node: Node,
  { primitive, stacked }: PrimitiveOf<'perReplica'>,
): { inner: Node; operands: Map<Node, Operand> } {
  const operands = new Map<Node, Operand>()
  const placeholders = node.inputs.map((source, i) => {
    const isStacked = stacked[i] ?? false
    const shape = isStacked ? source.shape.slice(1) : source.shape
    const below = boundOf(source)
    const placeholder =
      below === Infinity ? node.graph.input('replica', shape) : node.graph.indices('replica', shape, below)
    operands.set(placeholder, { node: source, isStacked })
    return placeholder
  })
  return { inner: node.graph.apply(primitive, placeholders), operands }
}

function stackPresent(
  derivatives: readonly Derivative[],
  count: number,
  operands: ReadonlyMap<Node, Operand>,
): Derivative[] {
  const present = derivatives.filter((derivative) => derivative !== null)
  const stacks = new Map(stack(present, count, operands).map((node, i) => [present[i], node]))
  return derivatives.map((derivative) => (derivative && stacks.get(derivative)) ?? null)
}

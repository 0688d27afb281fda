import type { Node } from './node'
import { ancestors } from './transforms'

/**
 * The same outputs computed from other values: each node of `replacements` gives way to the other, which may have
 * another shape where every primitive that it reaches takes its shape from its operands.
 */
export function substitute(outputs: readonly Node[], replacements: ReadonlyMap<Node, Node>): Node[] {
  const known = new Map(replacements)
  for (const node of ancestors(outputs)) {
    if (known.has(node) || !node.inputs.some((source) => known.has(source))) continue
    const inputs = node.inputs.map((source) => known.get(source) ?? source)
    known.set(node, node.graph.apply(node.primitive, inputs))
  }
  return outputs.map((output) => known.get(output) ?? output)
}

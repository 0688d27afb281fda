import { LabError } from '#shared/errors'
import { definitionOf } from './graph'
import { sameShape, type Node } from './node'
import { repeat } from './ops'
import type { Operand } from './primitives/definition'
import { ancestors } from './transforms'

/**
 * The same outputs for R replicas at once, along a leading axis. `perReplica` names the inputs that differ from replica
 * to replica, each with the input R × its shape that takes its place; all others stay one array that every replica
 * reads. What depends on shared inputs alone is computed once.
 *
 * Each node becomes one node with the same arithmetic for each replica (see `replicate` of the primitives), so that a
 * program of replicas gives bit for bit what R programs of one give.
 */
export function replicate(outputs: readonly Node[], count: number, perReplica: ReadonlyMap<Node, Node>): Node[] {
  const operands = new Map<Node, Operand>()
  for (const [single, stacked] of perReplica) {
    if (!sameShape(stacked.shape, [count, ...single.shape])) {
      const [given, expected] = [stacked.shape.join(', '), [count, ...single.shape].join(', ')]
      throw new LabError('shape', `replicate: got [${given}] for ${count} replicas of an input; make it [${expected}].`)
    }
    operands.set(single, { node: stacked, isStacked: true })
  }
  return stack(outputs, count, operands)
}

/** As `replicate`, where any node may also be replaced by another that all replicas share. */
export function stack(outputs: readonly Node[], count: number, operands: ReadonlyMap<Node, Operand>): Node[] {
  const known = new Map(operands)
  for (const node of ancestors(outputs)) if (!known.has(node)) known.set(node, stackedNode(node, count, known))
  return outputs.map((output) => {
    const { node, isStacked } = known.get(output) ?? { node: output, isStacked: false }
    return isStacked ? node : repeat(node, 0, count)
  })
}

function stackedNode(node: Node, count: number, known: ReadonlyMap<Node, Operand>): Operand {
  const operands = node.inputs.map((source) => known.get(source) ?? { node: source, isStacked: false })
  if (operands.some(({ isStacked }) => isStacked)) {
    return { node: definitionOf(node.primitive).replicate(node.primitive, operands, count), isStacked: true }
  }
  const isMoved = operands.some((operand, i) => operand.node !== node.inputs[i])
  const nodes = operands.map((operand) => operand.node)
  return { node: isMoved ? node.graph.apply(node.primitive, nodes) : node, isStacked: false }
}

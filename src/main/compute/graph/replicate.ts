import { LabError } from '#shared/errors'
import { definitionOf } from './graph'
import { sameShape, type Node } from './node'
import { matmul, repeat, reshape, transpose, type ProductOptions } from './ops'
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
  return stack(outputs, count, stackedOperands(count, perReplica))
}

/**
 * As `replicate`, for speed: where replicas multiply one matrix that they share, their rows stand below one another in
 * one product. Equal to single ones up to rounding only, because the order of a sum may depend on the number of rows.
 */
export function replicateJointly(outputs: readonly Node[], count: number, perReplica: ReadonlyMap<Node, Node>): Node[] {
  return stack(outputs, count, stackedOperands(count, perReplica), jointProduct)
}

/** Below this, transposing a result costs more than one product saves. */
const LONG_SUM = 64

function jointProduct({ primitive, inputs }: Node, [a, b]: readonly Operand[], count: number): Node | null {
  if (primitive.op !== 'matmul' || !a || !b || a.isStacked === b.isStacked) return null
  const { transposeA, transposeB, alpha } = primitive
  if (a.isStacked) return transposeA ? null : rowsTimes(a.node, b.node, { transposeB, alpha }, count)
  // A B_rᵀ = (B_r Aᵀ)ᵀ
  if (!transposeB || (inputs[1]?.shape[1] ?? 0) < LONG_SUM) return null
  return transpose(rowsTimes(b.node, a.node, { transposeB: !transposeA, alpha }, count), [0, 2, 1])
}

/** A_r op(B), the rows of all A_r as one matrix. */
function rowsTimes(stacked: Node, shared: Node, options: ProductOptions, count: number): Node {
  const [, m = 0, k = 0] = stacked.shape
  const product = matmul(reshape(stacked, [count * m, k]), shared, options)
  return reshape(product, [count, m, product.shape[1] ?? 0])
}

function stackedOperands(count: number, perReplica: ReadonlyMap<Node, Node>): Map<Node, Operand> {
  const operands = new Map<Node, Operand>()
  for (const [single, stacked] of perReplica) {
    if (!sameShape(stacked.shape, [count, ...single.shape])) {
      const [given, expected] = [stacked.shape.join(', '), [count, ...single.shape].join(', ')]
      throw new LabError('shape', `replicate: got [${given}] for ${count} replicas of an input; make it [${expected}].`)
    }
    operands.set(single, { node: stacked, isStacked: true })
  }
  return operands
}

/** How a node with at least one stacked operand becomes one for all replicas; null: as its primitive has it. */
type StackingRule = (node: Node, operands: readonly Operand[], count: number) => Node | null

/** As `replicate`, where any node may also be replaced by another that all replicas share. */
export function stack(
  outputs: readonly Node[],
  count: number,
  operands: ReadonlyMap<Node, Operand>,
  rule: StackingRule = () => null,
): Node[] {
  const known = new Map(operands)
  for (const node of ancestors(outputs)) if (!known.has(node)) known.set(node, stackedNode(node, count, known, rule))
  return outputs.map((output) => {
    const { node, isStacked } = known.get(output) ?? { node: output, isStacked: false }
    return isStacked ? node : repeat(node, 0, count)
  })
}

function stackedNode(node: Node, count: number, known: ReadonlyMap<Node, Operand>, rule: StackingRule): Operand {
  const operands = node.inputs.map((source) => known.get(source) ?? { node: source, isStacked: false })
  if (operands.some(({ isStacked }) => isStacked)) {
    const byRule = rule(node, operands, count)
    return { node: byRule ?? definitionOf(node.primitive).replicate(node.primitive, operands, count), isStacked: true }
  }
  const isMoved = operands.some((operand, i) => operand.node !== node.inputs[i])
  const nodes = operands.map((operand) => operand.node)
  return { node: isMoved ? node.graph.apply(node.primitive, nodes) : node, isStacked: false }
}

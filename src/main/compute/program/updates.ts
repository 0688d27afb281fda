import { LabError } from '#shared/errors'
import type { ScalarCell } from '../backends/backend'
import { sameShape, type Node } from '../graph/node'
import type { Primitive } from '../graph/primitive'

/** A node is an input with one number for each index of the target's first axis: for each replica. */
export type UpdateCoefficient = number | ScalarCell | Node

/**
 * target ← keep · target + scale · source.
 *
 * A computed source is computed from the state before the run. A source that is itself an input (a momentum buffer)
 * is read when the update's turn comes, so that a later update sees what an earlier one wrote.
 */
export interface Update {
  readonly target: Node
  readonly source: Node
  readonly keep: UpdateCoefficient
  readonly scale: UpdateCoefficient
}

export function differsBetweenReplicas(coefficient: UpdateCoefficient): coefficient is Node {
  return typeof coefficient !== 'number' && 'primitive' in coefficient
}

/** Fused: the source's own kernel writes into the target. */
export interface PlannedUpdate extends Update {
  readonly fused: boolean
}

/**
 * Decides which updates the kernel of their source can carry out in place. It must be used by nothing else, must not
 * read what an earlier update has overwritten, and must not read its own target.
 */
export function planUpdates(
  nodes: readonly Node[],
  outputs: readonly Node[],
  updates: readonly Update[],
  accumulates: (primitive: Primitive, perReplica: boolean) => boolean,
): PlannedUpdate[] {
  const uses = countUses(nodes, outputs, updates)
  const overwritten = new Set<Node>()
  return updates.map((update) => {
    const { target, source } = update
    if (target.primitive.op !== 'input' || !sameShape(target.shape, source.shape)) {
      throw new LabError('shape', `update: [${source.shape.join()}] cannot be written into [${target.shape.join()}].`)
    }
    const fused =
      accumulates(source.primitive, [update.keep, update.scale].some(differsBetweenReplicas)) &&
      uses.get(source) === 1 &&
      source.inputs.every((operand) => operand !== target && !overwritten.has(operand))
    overwritten.add(target)
    return { ...update, fused }
  })
}

/** How often each node is read: by other nodes, as an output, by an update. */
export function countUses(
  nodes: readonly Node[],
  outputs: readonly Node[],
  updates: readonly Update[],
): Map<Node, number> {
  const uses = new Map<Node, number>()
  const used = [...nodes.flatMap((node) => node.inputs), ...outputs, ...updates.map((update) => update.source)]
  for (const node of used) uses.set(node, (uses.get(node) ?? 0) + 1)
  return uses
}

/** Whether element i of the result depends on element i of the inputs alone; `scaleBy` also has a scalar. */
export function isElementByElement(primitive: Primitive): boolean {
  switch (primitive.op) {
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
    case 'scale':
    case 'scaleBy':
    case 'power':
    case 'exp':
    case 'log':
    case 'log1p':
    case 'relu':
    case 'step':
    case 'tanh':
    case 'sigmoid':
    case 'softplus':
    case 'normalCdf':
    case 'greater':
    case 'where':
      return true
    case 'input':
    case 'fill':
    case 'reshape': // has no kernel of its own, see compile
    case 'matmul':
    case 'batchMatmul':
    case 'conv2d':
    case 'conv2dInput':
    case 'conv2dKernel':
    case 'sum':
    case 'repeat':
    case 'total':
    case 'logSumExp':
    case 'transpose':
    case 'slice':
    case 'pad':
    case 'gather':
    case 'scatterAdd':
    case 'oneHot':
    case 'sumPool':
    case 'spreadPool':
    case 'poolWinners':
    case 'softmax': // reads its logits again after it began to write
    case 'softmaxCrossEntropy':
    case 'softmaxError':
    case 'squaredError':
    case 'perReplica': // a shared operand is smaller than the result
      return false
    default:
      return primitive satisfies never
  }
}

/**
 * The node whose memory holds a value: a reshape is its operand under another shape and is not computed. But where it
 * outlives the pure part of a run (`kept`), a reshaped input is a copy, because updates may overwrite the input.
 */
export function holderOf(node: Node, kept: ReadonlySet<Node>): Node {
  const [operand] = node.inputs
  if (node.primitive.op !== 'reshape' || !operand) return node
  const holder = holderOf(operand, kept)
  return holder.primitive.op === 'input' && kept.has(node) ? node : holder
}

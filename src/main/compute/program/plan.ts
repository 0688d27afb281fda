import type { Node } from '../graph/node'
import type { Primitive } from '../graph/primitive'
import { ancestors } from '../graph/transforms'
import { canOverwriteInput, countUses, holderOf, planUpdates, type PlannedUpdate, type Update } from './updates'

/** One kernel call to come: the value of `node` ← keep · onto + scale · primitive(inputs). */
export interface PlannedCall {
  readonly node: Node
  readonly primitive: Primitive
  readonly inputs: readonly Node[]
  /** The value whose memory the result takes over; null for memory of its own. */
  readonly onto: Node | null
  readonly scale: number
  readonly keep: number
  /** Values whose memory nobody needs after this call. */
  readonly frees: readonly Node[]
  /** Reached by no varying input: computed by `prepare` alone. */
  readonly steady: boolean
}

export interface Plan {
  readonly calls: readonly PlannedCall[]
  readonly updates: readonly PlannedUpdate[]
  /** The node whose memory holds a value: itself, or the operand that it reshapes. */
  holder(node: Node): Node
}

/**
 * Decides what is computed, in which order, and where: nothing here knows a device.
 *
 * Nodes run in the order they were made, the steady ones first. Elementwise primitives write over an input that dies
 * with them. A sum with a matrix product that nothing else uses becomes one accumulating product on the other term.
 */
export function planProgram(
  outputs: readonly Node[],
  updates: readonly Update[],
  varying: readonly Node[] | null,
  accumulates: (primitive: Primitive, perReplica: boolean) => boolean,
): Plan {
  const { steady, nodes } = steadyFirst(ancestors([...outputs, ...updates.map(({ source }) => source)]), varying)
  const planned = planUpdates(nodes, outputs, updates, accumulates)
  const fused = new Set<Node>(planned.filter((update) => update.fused).map((update) => update.source))
  const kept = keptValues(nodes, steady, outputs, planned)
  const holder = (node: Node): Node => holderOf(node, kept)
  const keptHolders = new Set<Node>([...kept].map(holder))
  const computed = nodes.filter((node) => node.primitive.op !== 'input' && !fused.has(node) && holder(node) === node)

  const isComputed = new Set<Node>(computed)
  const uses = countUses(nodes, outputs, updates)
  const isSpent = (node: Node): boolean => uses.get(node) === 1 && !kept.has(node) && isComputed.has(node)
  const accumulations = new Map<Node, Accumulation>()
  for (const node of computed) {
    const found = accumulationOf(node, (product) => accumulates(product.primitive, false) && isSpent(product), isSpent)
    if (found) accumulations.set(node, found)
  }
  const deferred = new Set<Node>([...accumulations.values()].map(({ product }) => product))
  const drafts = computed
    .filter((node) => !deferred.has(node))
    .map((node) => {
      const { product, onto, scale, keep } = accumulations.get(node) ?? { product: node, onto: null, scale: 1, keep: 0 }
      return { node, primitive: product.primitive, inputs: product.inputs, onto, scale, keep }
    })

  const lastUse = new Map<Node, Node>()
  for (const { node, inputs, onto } of drafts) {
    for (const source of onto ? [...inputs, onto] : inputs) lastUse.set(holder(source), node)
  }
  const calls = drafts.map((draft): PlannedCall => {
    // Constants are written once, so their memory never becomes anything else's.
    const dying = [...new Set(draft.inputs.map(holder))].filter(
      (source) =>
        isComputed.has(source) &&
        source.primitive.op !== 'fill' &&
        !keptHolders.has(source) &&
        lastUse.get(source) === draft.node,
    )
    const onto = draft.onto ?? (canOverwriteInput(draft.primitive) ? (dying[0] ?? null) : null)
    return { ...draft, onto, frees: dying.filter((source) => source !== onto), steady: steady.has(draft.node) }
  })
  return { calls, updates: planned, holder }
}

/** A sum or difference as one call: product on top of the other term. */
interface Accumulation {
  readonly product: Node
  readonly onto: Node
  readonly scale: number
  readonly keep: number
}

/** The later of two products is the one that accumulates: the other term is then complete. */
function accumulationOf(
  node: Node,
  canAccumulate: (product: Node) => boolean,
  isSpent: (node: Node) => boolean,
): Accumulation | null {
  const { primitive, inputs } = node
  if (primitive.op !== 'add' && primitive.op !== 'subtract') return null
  const sign = primitive.op === 'add' ? 1 : -1
  const [a, b] = inputs
  if (!a || !b || a === b) return null
  const choices = [
    { product: a, onto: b, scale: 1, keep: sign },
    { product: b, onto: a, scale: sign, keep: 1 },
  ].filter(({ product, onto }) => canAccumulate(product) && isOwnTerm(onto, isSpent) && !product.inputs.includes(onto))
  return choices.toSorted((one, other) => other.product.id - one.product.id)[0] ?? null
}

/** Whether a term's memory may be added to: it is computed for this sum alone and is no constant or reshape. */
function isOwnTerm(term: Node, isSpent: (node: Node) => boolean): boolean {
  return isSpent(term) && term.primitive.op !== 'fill' && term.primitive.op !== 'reshape'
}

/**
 * Values that outlive their last use: outputs until they are read, update sources until the update, and what `prepare`
 * computes for all runs.
 */
function keptValues(
  nodes: readonly Node[],
  steady: ReadonlySet<Node>,
  outputs: readonly Node[],
  updates: readonly PlannedUpdate[],
): ReadonlySet<Node> {
  const kept = new Set<Node>(outputs)
  for (const { fused, source } of updates) for (const node of fused ? source.inputs : [source]) kept.add(node)
  for (const node of nodes) {
    if (!steady.has(node)) for (const source of node.inputs) if (steady.has(source)) kept.add(source)
  }
  return kept
}

/** The nodes that no varying input reaches, and all nodes with these first; each half in the order they were made. */
function steadyFirst(
  nodes: readonly Node[],
  varying: readonly Node[] | null,
): { steady: ReadonlySet<Node>; nodes: readonly Node[] } {
  if (!varying) return { steady: new Set(), nodes }
  const reached = new Set<Node>(varying)
  for (const node of nodes) if (node.inputs.some((source) => reached.has(source))) reached.add(node)
  const steady = nodes.filter((node) => !reached.has(node))
  return { steady: new Set(steady), nodes: [...steady, ...nodes.filter((node) => reached.has(node))] }
}

import type { Node } from '../graph/node'
import type { Primitive } from '../graph/primitive'
import { ancestors } from '../graph/transforms'
import { planChains, readings, type Step } from './chains'
import { countUses, holderOf, planUpdates, type PlannedUpdate, type Update } from './updates'

/** One pass over the data to come. */
export interface PlannedCall {
  /** Whose value it computes: that of the last step. */
  readonly node: Node
  /** One primitive, or elementwise ones in a chain. */
  readonly steps: readonly Step[]
  /** What it reads from memory. */
  readonly inputs: readonly Node[]
  /** The value whose memory the result takes over; null for memory of its own. */
  readonly onto: Node | null
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

/** What the backend can do. */
export interface PlanningRules {
  accumulates(primitive: Primitive, perReplica: boolean): boolean
  chains(primitive: Primitive): boolean
}

/**
 * Decides what is computed, in which order, and where: nothing here knows a device.
 *
 * Nodes run in the order they were made, the steady ones first. Elementwise primitives share passes and write over an
 * input that dies with them. A sum with a matrix product that nothing else uses becomes one accumulating product on the
 * other term.
 */
export function planProgram(
  outputs: readonly Node[],
  updates: readonly Update[],
  varying: readonly Node[] | null,
  backend: PlanningRules,
): Plan {
  const accumulates = (primitive: Primitive, perReplica: boolean) => backend.accumulates(primitive, perReplica)
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
  const steps = computed
    .filter((node) => !deferred.has(node))
    .map((node): Step => {
      const { product, onto, scale, keep } = accumulations.get(node) ?? { product: node, onto: null, scale: 1, keep: 0 }
      return { node, primitive: product.primitive, inputs: product.inputs, onto, scale, keep }
    })
  const isKept = (node: Node): boolean => keptHolders.has(node)
  const passes = planChains(steps, { holder, isKept, canChain: (primitive) => backend.chains(primitive) })
  return { calls: planCalls(passes, holder, isKept, steady), updates: planned, holder }
}

/** Where each pass writes, and what it is the last to read. */
function planCalls(
  passes: readonly (readonly Step[])[],
  holder: (node: Node) => Node,
  isKept: (node: Node) => boolean,
  steady: ReadonlySet<Node>,
): PlannedCall[] {
  const drafts = passes.map((steps) => {
    const own = new Set(steps.map(({ node }) => node))
    const read = steps.flatMap((step) => readings(step, holder)).filter(({ source }) => !own.has(source))
    return { steps, node: steps.at(-1)!.node, read, sources: new Set(read.map(({ source }) => source)) }
  })
  const lastReader = new Map<Node, Node>()
  for (const { node, sources } of drafts) for (const source of sources) lastReader.set(source, node)
  const computed = new Set(drafts.map(({ node }) => node))
  return drafts.map(({ steps, node, read, sources }): PlannedCall => {
    // Constants are written once, so their memory never becomes anything else's.
    const dying = [...sources].filter(
      (source) =>
        computed.has(source) && source.primitive.op !== 'fill' && !isKept(source) && lastReader.get(source) === node,
    )
    const inPlace = dying.find((source) => read.every((one) => one.source !== source || one.isElementwise))
    const [only] = steps.length === 1 ? steps : []
    const onto = only?.onto ?? inPlace ?? null
    return {
      node,
      steps,
      inputs: only?.inputs ?? [...sources],
      onto,
      frees: dying.filter((source) => source !== onto),
      steady: steady.has(node),
    }
  })
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
    if (steady.has(node)) continue
    // Constants are there for all runs anyway.
    for (const source of node.inputs) if (steady.has(source) && source.primitive.op !== 'fill') kept.add(source)
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

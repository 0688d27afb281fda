import { LabError } from '#shared/errors'
import type { ChainStep } from '../backends/backend'
import type { Node } from '../graph/node'
import type { Primitive } from '../graph/primitive'
import { isElementByElement } from './updates'

/** One primitive to carry out: the value of `node` ← keep · onto + scale · primitive(inputs). */
export interface Step {
  readonly node: Node
  readonly primitive: Primitive
  readonly inputs: readonly Node[]
  /** The value whose memory the result takes over; null where nothing is kept. */
  readonly onto: Node | null
  readonly scale: number
  readonly keep: number
}

/** A value that a step reads, and whether element i of the result needs its element i alone. */
interface Reading {
  readonly source: Node
  readonly isElementwise: boolean
}

/** What a step reads, as the nodes whose memory holds it. */
export function readings({ primitive, inputs, onto }: Step, holder: (node: Node) => Node): Reading[] {
  const isElementwise = isElementByElement(primitive)
  const operands = inputs.map((node, i) => ({
    source: holder(node),
    isElementwise: isElementwise && !(primitive.op === 'scaleBy' && i === 0),
  }))
  return onto ? [...operands, { source: holder(onto), isElementwise }] : operands
}

interface ChainRules {
  /** The node whose memory holds a value; see Plan. */
  holder(node: Node): Node
  /** Whether something outside the steps reads a value. */
  isKept(node: Node): boolean
  canChain(primitive: Primitive): boolean
}

/**
 * Steps that share one pass over the data, in order; most are alone. A value that only steps of one chain read, number
 * by number, needs no memory, and neither does a constant for such steps alone. A chain runs where its last step would,
 * so that nothing reads a value before it is there.
 */
export function planChains(steps: readonly Step[], { holder, isKept, canChain }: ChainRules): (readonly Step[])[] {
  const joins = ({ primitive }: Step): boolean => isElementByElement(primitive) && canChain(primitive)
  const readers = new Map<Node, { readonly node: Node; readonly canShare: boolean }[]>()
  for (const step of steps) {
    for (const { source, isElementwise } of readings(step, holder)) {
      const reader = { node: step.node, canShare: isElementwise && joins(step) }
      const known = readers.get(source)
      if (known) known.push(reader)
      else readers.set(source, [reader])
    }
  }
  const lastOf = new Map<Node, Node>()
  /** The last steps of the chains that read a value; none if it must be in memory. */
  const chainsReading = (node: Node): readonly Node[] => {
    const found = readers.get(node) ?? []
    if (isKept(node) || found.some(({ canShare }) => !canShare)) return []
    return [...new Set(found.map((reader) => lastOf.get(reader.node) ?? reader.node))]
  }
  const chains = new Map<Node, Step[]>()
  for (const step of steps.toReversed()) {
    const { node, primitive } = step
    const reading = chainsReading(node)
    if (joins(step)) lastOf.set(node, reading.length === 1 ? (reading[0] ?? node) : node)
    const isCopied = primitive.op === 'fill' && canChain(primitive) && reading.length > 0
    for (const last of isCopied ? reading : [lastOf.get(node) ?? node]) {
      const chain = chains.get(last)
      if (chain) chain.push(step)
      else chains.set(last, [step])
    }
  }
  return steps.flatMap(({ node }) => {
    const chain = chains.get(node)
    return chain ? [chain.toReversed()] : []
  })
}

/** The steps of a chain as a backend takes them, over the values that they read from memory. */
export function chainSteps(steps: readonly Step[], inputs: readonly Node[], holder: (node: Node) => Node): ChainStep[] {
  const places = new Map([...inputs, ...steps.map(({ node }) => node)].map((node, place) => [node, place]))
  const placeOf = (node: Node): number => {
    const place = places.get(holder(node))
    if (place === undefined) throw new LabError('internal', `chain: ${node.primitive.op} is read but not there.`)
    return place
  }
  return steps.map(({ node, primitive, inputs: operands, onto, scale, keep }) => ({
    primitive,
    shape: node.shape,
    operands: operands.map(placeOf),
    onto: onto && placeOf(onto),
    scale,
    keep,
  }))
}

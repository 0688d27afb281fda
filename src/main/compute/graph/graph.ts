import { LabError } from '#shared/errors'
import type { Node, Shape } from './node'
import type { Op, Primitive, PrimitiveOf } from './primitive'
import { definitions } from './primitives/index'
import type { PrimitiveDefinition } from './primitives/definition'

/**
 * An arena of nodes. Applying the same primitive to the same inputs twice gives the same node, so that common
 * subexpressions (forward features needed again by gradients and tangents) are computed once without a pass for it.
 */
export class Graph {
  readonly #interned = new Map<string, Node>()
  #nextId = 0

  /** A value from outside; every call makes a new one. */
  input(name: string, shape: Shape): Node {
    return this.#create({ op: 'input', name }, [], shape)
  }

  /** Integers from 0 to below − 1 from outside, for `gather` and its kin; checked whenever they are written. */
  indices(name: string, shape: Shape, below: number): Node {
    if (!Number.isSafeInteger(below) || below < 1) {
      throw new LabError('shape', `indices "${name}": the bound must be a positive integer, not ${below}.`)
    }
    return this.#create({ op: 'input', name, below }, [], shape)
  }

  /** @throws LabError 'shape' if the inputs do not fit the primitive */
  apply(primitive: Primitive, inputs: readonly Node[]): Node {
    const stranger = inputs.find((node) => node.graph !== this)
    if (stranger) throw new LabError('internal', `${primitive.op}: an input belongs to another graph.`)
    const key = `${JSON.stringify(primitive, exactly)}(${inputs.map((node) => node.id).join()})`
    const known = this.#interned.get(key)
    if (known) return known
    const shape = definitionOf(primitive).shape(
      primitive,
      inputs.map((node) => node.shape),
    )
    const node = this.#create(primitive, inputs, shape)
    this.#interned.set(key, node)
    return node
  }

  #create(primitive: Primitive, inputs: readonly Node[], shape: Shape): Node {
    return Object.freeze({ id: this.#nextId++, graph: this, primitive, inputs, shape })
  }
}

/** JSON would write ∞ and NaN as null and −0 as 0: constants that must not become one node. */
function exactly(_key: string, value: unknown): unknown {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `${1 / value} ${value}`
    : value
}

/** The record of a primitive. The table is keyed by op, so that record and primitive always belong together. */
export function definitionOf<O extends Op>(primitive: PrimitiveOf<O>): PrimitiveDefinition<O> {
  const table: { readonly [P in Op]: PrimitiveDefinition<P> } = definitions
  return table[primitive.op as O]
}

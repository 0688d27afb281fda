import { LabError } from '#shared/errors'
import { sameShape, type Node, type Shape } from '../node'
import type { Graph } from '../graph'
import type { Op, Primitive, PrimitiveOf } from '../primitive'

/** A cotangent or tangent; null stands for zero, which is never computed with. */
export type Derivative = Node | null

/** An input of a primitive when replicas run as one: shared by all of them, or one for each along a leading axis. */
export interface Operand {
  readonly node: Node
  readonly isStacked: boolean
}

/** What the transforms know of a primitive. */
export interface PrimitiveDefinition<O extends Op> {
  /** @throws LabError 'shape' */
  shape(primitive: PrimitiveOf<O>, inputs: readonly Shape[]): Shape
  /** Cotangents of the inputs, given the cotangent of the result: ȳ ↦ (∂y/∂x_i)ᵀ ȳ. */
  vjp(node: Node, primitive: PrimitiveOf<O>, cotangent: Node): readonly Derivative[]
  /** Tangent of the result, given those of the inputs: Σ_i (∂y/∂x_i) ẋ_i. */
  jvp(node: Node, primitive: PrimitiveOf<O>, tangents: readonly Derivative[]): Derivative
  /**
   * The results of `count` replicas along a leading axis, given operands of which at least one is stacked. One kernel
   * for one kernel, with the same arithmetic for each replica: programs of replicas give the bits of single ones.
   */
  replicate(primitive: PrimitiveOf<O> & Primitive, operands: readonly Operand[], count: number): Node
}

/** Input i of a node whose shape rule has already checked that there is one. */
export function input(node: Node, i: number): Node {
  const found = node.inputs[i]
  if (!found) throw new LabError('internal', `${node.primitive.op} has no input ${i}.`)
  return found
}

export function shapeError(op: Op, inputs: readonly Shape[], expected: string): LabError {
  const given = inputs.map((shape) => `[${shape.join(', ')}]`).join(' and ')
  return new LabError('shape', `${op}: got ${given || 'nothing'}, expected ${expected}.`)
}

/** The extents of a matrix among the inputs. */
export function matrixShape(op: Op, inputs: readonly Shape[], i: number): readonly [number, number] {
  const [rows, cols, ...rest] = inputs[i] ?? []
  if (rows === undefined || cols === undefined || rest.length > 0) throw shapeError(op, inputs, 'matrices')
  return [rows, cols]
}

/** Shape rule of elementwise primitives. */
export function commonShape(op: Op, inputs: readonly Shape[], count: number): Shape {
  const [first] = inputs
  if (!first || inputs.length !== count || !inputs.every((shape) => sameShape(shape, first))) {
    throw shapeError(op, inputs, `${count} array${count > 1 ? 's of one shape' : ''}`)
  }
  return first
}

/** The extent of an axis, which must exist. */
export function extentOf(op: Op, inputs: readonly Shape[], axis: number): number {
  const extent = inputs[0]?.[axis]
  if (extent === undefined) throw shapeError(op, inputs, `one array with an axis ${axis}`)
  return extent
}

/**
 * A function of each element. Its Jacobian is diagonal, hence symmetric: one rule `timesSlope` (x, v ↦ f'(x) v) serves
 * both modes.
 */
export function elementwise<O extends Op>(
  op: O,
  timesSlope: (x: Node, v: Node, primitive: PrimitiveOf<O>) => Node,
): PrimitiveDefinition<O> {
  return {
    shape: (_, inputs) => commonShape(op, inputs, 1),
    vjp: (node, primitive, cotangent) => [timesSlope(input(node, 0), cotangent, primitive)],
    jvp: (node, primitive, tangents) => linear(tangents, (v) => timesSlope(input(node, 0), v, primitive)),
    replicate: elementByElement,
  }
}

/** Batching rule of elementwise primitives: where all operands are stacked, the stacks are one array. */
export function elementByElement(primitive: Primitive, operands: readonly Operand[], count: number): Node {
  return operands.every(({ isStacked }) => isStacked)
    ? onStacks(primitive, operands)
    : eachReplica(primitive, operands, count)
}

/** Applies a primitive to operands as they are: its attributes already allow for the leading axis. */
export function onStacks(primitive: Primitive, operands: readonly Operand[]): Node {
  const nodes = operands.map(({ node }) => node)
  return graphOf(nodes).apply(primitive, nodes)
}

/** The batching rule that always holds: the primitive, replica by replica. */
export function eachReplica(primitive: Primitive, operands: readonly Operand[], count: number): Node {
  return onStacks({ op: 'perReplica', primitive, stacked: operands.map(({ isStacked }) => isStacked), count }, operands)
}

/** Batching rule of primitives that work along an axis of their first operand: the axis moves up by one. */
export function alongNextAxis<A extends { readonly axis: number }>(
  primitive: Primitive & A,
  operands: readonly Operand[],
  count: number,
): Node {
  // Indices of their own would name other places for each replica.
  const [x, ...others] = operands
  return x?.isStacked && others.every(({ isStacked }) => !isStacked)
    ? onStacks({ ...primitive, axis: primitive.axis + 1 }, operands)
    : eachReplica(primitive, operands, count)
}

/** Batching rule of sources: nothing replicates a node without inputs. */
export function noOperands({ op }: Primitive): never {
  throw new LabError('internal', `${op}: has no operands that could be stacked.`)
}

function graphOf([node]: readonly Node[]): Graph {
  if (!node) throw new LabError('internal', 'replicate: a primitive without operands has no graph.')
  return node.graph
}

/** Applies a linear primitive to a tangent that may be zero. */
export function linear(tangents: readonly Derivative[], apply: (tangent: Node) => Node): Derivative {
  const [tangent] = tangents
  return tangent ? apply(tangent) : null
}

/** a + b where either may be zero. */
export function plus(a: Derivative, b: Derivative, add: (a: Node, b: Node) => Node): Derivative {
  return a && b ? add(a, b) : (a ?? b)
}

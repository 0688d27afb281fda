import { LabError } from '#shared/errors'
import { sameShape, type Node, type Shape } from '../node'
import type { Op, PrimitiveOf } from '../primitive'

/** A cotangent or tangent; null stands for zero, which is never computed with. */
export type Derivative = Node | null

/** What the transforms know of a primitive. */
export interface PrimitiveDefinition<O extends Op> {
  /** @throws LabError 'shape' */
  shape(primitive: PrimitiveOf<O>, inputs: readonly Shape[]): Shape
  /** Cotangents of the inputs, given the cotangent of the result: ȳ ↦ (∂y/∂x_i)ᵀ ȳ. */
  vjp(node: Node, primitive: PrimitiveOf<O>, cotangent: Node): readonly Derivative[]
  /** Tangent of the result, given those of the inputs: Σ_i (∂y/∂x_i) ẋ_i. */
  jvp(node: Node, primitive: PrimitiveOf<O>, tangents: readonly Derivative[]): Derivative
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
  }
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

import type { Primitive } from './primitive'
import type { Graph } from './graph'

/** Static shape, outermost axis first. [] is a scalar. */
export type Shape = readonly number[]

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** One value in a graph: a primitive applied to earlier values. Immutable; equal nodes are one object. */
export interface Node {
  readonly id: number
  readonly graph: Graph
  readonly primitive: Primitive
  readonly inputs: readonly Node[]
  readonly shape: Shape
}

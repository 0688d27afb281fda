import { gather as gathered, scatterAdd as scattered } from '../ops'
import { alongNextAxis, eachReplica, input, linear, type PrimitiveDefinition, shapeError } from './definition'

/** gather and scatterAdd are transposes of each other and linear; indices have no derivative. */
export const gather: PrimitiveDefinition<'gather'> = {
  shape({ axis }, inputs) {
    const [x, indices] = inputs
    if (!x || x[axis] === undefined || indices?.length !== 1) {
      throw shapeError('gather', inputs, `an array with an axis ${axis} and a list of indices`)
    }
    return x.with(axis, indices[0] ?? 0)
  },
  vjp(node, { axis }, cotangent) {
    const [x, indices] = [input(node, 0), input(node, 1)]
    return [scattered(cotangent, axis, indices, x.shape[axis] ?? 0), null]
  },
  jvp: (node, { axis }, tangents) => linear(tangents, (x) => gathered(x, axis, input(node, 1))),
  replicate: alongNextAxis,
}

export const scatterAdd: PrimitiveDefinition<'scatterAdd'> = {
  shape({ axis, extent }, inputs) {
    const [x, indices] = inputs
    if (!x || indices?.length !== 1 || x[axis] !== indices[0]) {
      throw shapeError('scatterAdd', inputs, `an array and a list of indices as long as its axis ${axis}`)
    }
    return x.with(axis, extent)
  },
  vjp: (node, { axis }, cotangent) => [gathered(cotangent, axis, input(node, 1)), null],
  jvp: (node, { axis, extent }, tangents) => linear(tangents, (x) => scattered(x, axis, input(node, 1), extent)),
  replicate: alongNextAxis,
}

export const oneHot: PrimitiveDefinition<'oneHot'> = {
  shape({ classes }, inputs) {
    const [indices] = inputs
    if (indices?.length !== 1) throw shapeError('oneHot', inputs, 'a list of class indices')
    return [classes, indices[0] ?? 0]
  },
  vjp: () => [null],
  jvp: () => null,
  replicate: eachReplica,
}

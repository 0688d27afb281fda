import { multiply, repeat as repeated, softmax, spread, sum as summed, total as totalled } from '../ops'
import { alongNextAxis, eachReplica, extentOf, input, linear, type PrimitiveDefinition, shapeError } from './definition'

export const sum: PrimitiveDefinition<'sum'> = {
  shape({ axis }, inputs) {
    extentOf('sum', inputs, axis)
    return inputs[0]?.toSpliced(axis, 1) ?? []
  },
  vjp: (node, { axis }, cotangent) => [repeated(cotangent, axis, extentOf('sum', [input(node, 0).shape], axis))],
  jvp: (_node, { axis }, tangents) => linear(tangents, (x) => summed(x, axis)),
  replicate: alongNextAxis,
}

export const repeat: PrimitiveDefinition<'repeat'> = {
  shape({ axis, extent }, inputs) {
    const [shape] = inputs
    if (!shape || axis > shape.length) throw shapeError('repeat', inputs, `an array with at least ${axis} axes`)
    return shape.toSpliced(axis, 0, extent)
  },
  vjp: (_node, { axis }, cotangent) => [summed(cotangent, axis)],
  jvp: (_node, { axis, extent }, tangents) => linear(tangents, (x) => repeated(x, axis, extent)),
  replicate: alongNextAxis,
}

export const total: PrimitiveDefinition<'total'> = {
  shape: () => [],
  vjp: (node, _primitive, cotangent) => [spread(cotangent, input(node, 0).shape)],
  jvp: (_node, _primitive, tangents) => linear(tangents, totalled),
  replicate: eachReplica,
}

/** Its gradient is softmax. */
export const logSumExp: PrimitiveDefinition<'logSumExp'> = {
  shape({ axis }, inputs) {
    extentOf('logSumExp', inputs, axis)
    return inputs[0]?.toSpliced(axis, 1) ?? []
  },
  vjp(node, { axis }, cotangent) {
    const x = input(node, 0)
    return [multiply(softmax(x, axis), repeated(cotangent, axis, extentOf('logSumExp', [x.shape], axis)))]
  },
  jvp: (node, { axis }, tangents) => linear(tangents, (x) => summed(multiply(softmax(input(node, 0), axis), x), axis)),
  replicate: alongNextAxis,
}

import { poolSum, poolSpread } from '../ops'
import type { Pair } from '../primitive'
import { eachReplica, input, linear, type PrimitiveDefinition, shapeError } from './definition'
import { imageShape, windowsOf } from './sliding'

export const sumPool: PrimitiveDefinition<'sumPool'> = {
  shape(attributes, inputs) {
    const [samples, channels, ...image] = imageShape('sumPool', inputs, 0)
    return [samples, channels, ...windowsOf('sumPool', inputs, image, attributes.window, attributes)]
  },
  vjp(node, attributes, cotangent) {
    const [, , rows = 0, cols = 0] = input(node, 0).shape
    return [poolSpread(cotangent, [rows, cols], attributes)]
  },
  jvp: (_node, attributes, tangents) => linear(tangents, (x) => poolSum(x, attributes)),
  replicate: eachReplica,
}

export const spreadPool: PrimitiveDefinition<'spreadPool'> = {
  shape(attributes, inputs) {
    const [samples, channels, ...windows] = imageShape('spreadPool', inputs, 0)
    const expected: Pair = windowsOf('spreadPool', inputs, attributes.image, attributes.window, attributes)
    if (windows.join() !== expected.join()) throw shapeError('spreadPool', inputs, expected.join(' × '))
    return [samples, channels, ...attributes.image]
  },
  vjp: (_node, attributes, cotangent) => [poolSum(cotangent, attributes)],
  jvp: (_node, attributes, tangents) => linear(tangents, (x) => poolSpread(x, attributes.image, attributes)),
  replicate: eachReplica,
}

/** Piecewise constant, as every index. */
export const poolWinners: PrimitiveDefinition<'poolWinners'> = {
  shape(attributes, inputs) {
    const [samples, channels, ...image] = imageShape('poolWinners', inputs, 0)
    return [samples, channels, ...windowsOf('poolWinners', inputs, image, attributes.window, attributes)]
  },
  vjp: () => [null],
  jvp: () => null,
  replicate: eachReplica,
}

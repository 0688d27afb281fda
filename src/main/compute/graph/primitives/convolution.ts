import type { Node, Shape } from '../node'
import { add, conv2d as forwards, conv2dInput as toImages, conv2dKernel as toKernels } from '../ops'
import type { Convolution, Op, Pair } from '../primitive'
import { type Derivative, eachReplica, input, plus, type PrimitiveDefinition, shapeError } from './definition'
import { imageShape, windowsOf } from './sliding'

/*
 * One trilinear form ⟨y, x ⋆ w⟩ seen from its three sides: each primitive is the form's gradient in the argument it
 * lacks, so the derivatives of each are the other two, and derivatives of every order stay among the three.
 */

export const conv2d: PrimitiveDefinition<'conv2d'> = {
  shape(attributes, inputs) {
    const [samples, channels, ...image] = imageShape('conv2d', inputs, 0)
    const [made, seen, ...window] = imageShape('conv2d', inputs, 1)
    checkGroups('conv2d', inputs, { channels, made, seen, ...attributes })
    return [samples, made, ...windowsOf('conv2d', inputs, image, window, attributes)]
  },
  vjp(node, attributes, cotangent) {
    const [x, w] = [input(node, 0), input(node, 1)]
    return [
      toImages(cotangent, w, rowsAndColumns(x), attributes),
      toKernels(x, cotangent, rowsAndColumns(w), attributes),
    ]
  },
  jvp: (node, attributes, tangents) => bilinear(node, tangents, (x, w) => forwards(x, w, attributes)),
  replicate: eachReplica,
}

export const conv2dInput: PrimitiveDefinition<'conv2dInput'> = {
  shape(attributes, inputs) {
    const [samples, made, ...windows] = imageShape('conv2dInput', inputs, 0)
    const [kernels, seen, ...window] = imageShape('conv2dInput', inputs, 1)
    const channels = seen * attributes.groups
    const expected = windowsOf('conv2dInput', inputs, attributes.image, window, attributes)
    if (made !== kernels || windows.join() !== expected.join()) {
      throw shapeError('conv2dInput', inputs, `results of ${kernels} channels of ${expected.join(' × ')}`)
    }
    checkGroups('conv2dInput', inputs, { channels, made, seen, ...attributes })
    return [samples, channels, ...attributes.image]
  },
  vjp(node, attributes, cotangent) {
    const [y, w] = [input(node, 0), input(node, 1)]
    return [forwards(cotangent, w, attributes), toKernels(cotangent, y, rowsAndColumns(w), attributes)]
  },
  jvp: (node, attributes, tangents) => bilinear(node, tangents, (y, w) => toImages(y, w, attributes.image, attributes)),
  replicate: eachReplica,
}

export const conv2dKernel: PrimitiveDefinition<'conv2dKernel'> = {
  shape(attributes, inputs) {
    const [samples, channels, ...image] = imageShape('conv2dKernel', inputs, 0)
    const [results, made, ...windows] = imageShape('conv2dKernel', inputs, 1)
    const expected = windowsOf('conv2dKernel', inputs, image, attributes.window, attributes)
    if (samples !== results || windows.join() !== expected.join()) {
      throw shapeError('conv2dKernel', inputs, `${samples} results of ${expected.join(' × ')}`)
    }
    const seen = channels / attributes.groups
    checkGroups('conv2dKernel', inputs, { channels, made, seen, ...attributes })
    return [made, seen, ...attributes.window]
  },
  vjp(node, attributes, cotangent) {
    const [x, y] = [input(node, 0), input(node, 1)]
    return [toImages(y, cotangent, rowsAndColumns(x), attributes), forwards(x, cotangent, attributes)]
  },
  jvp: (node, attributes, tangents) =>
    bilinear(node, tangents, (x, y) => toKernels(x, y, attributes.window, attributes)),
  replicate: eachReplica,
}

function bilinear(node: Node, [a = null, b = null]: readonly Derivative[], f: (a: Node, b: Node) => Node): Derivative {
  return plus(a && f(a, input(node, 1)), b && f(input(node, 0), b), add)
}

interface Channels extends Convolution {
  /** Of the images, of the results, and those of the images that one result sees. */
  readonly channels: number
  readonly made: number
  readonly seen: number
}

function checkGroups(op: Op, inputs: readonly Shape[], { channels, made, seen, groups }: Channels): void {
  if (groups < 1 || seen * groups !== channels || made % groups !== 0 || !Number.isInteger(seen)) {
    throw shapeError(op, inputs, `channels that split into ${groups} equal groups, as the kernels do`)
  }
}

function rowsAndColumns({ shape: [, , rows = 0, cols = 0] }: Node): Pair {
  return [rows, cols]
}

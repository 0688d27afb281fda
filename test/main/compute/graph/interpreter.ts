import { LabError } from '#shared/errors'
import { sizeOf, type Node, type Shape } from '#main/compute/graph/node'
import type { Pair, Primitive, Sliding } from '#main/compute/graph/primitive'
import { ancestors } from '#main/compute/graph/transforms'

export interface Value {
  readonly shape: Shape
  readonly data: Float64Array
}

/**
 * Values of nodes by the definition of each primitive, in plain loops over indices, each value kept: the second route
 * to what kernels, buffer reuse and compiled programs give.
 */
export function interpret(nodes: readonly Node[], inputs: ReadonlyMap<Node, Float64Array>): Float64Array[] {
  const values = new Map<Node, Float64Array>(inputs)
  for (const node of ancestors(nodes)) {
    if (values.has(node)) continue
    const operands = node.inputs.map((source) => ({ shape: source.shape, data: values.get(source)! }))
    values.set(node, reference(node.primitive, operands, node.shape))
  }
  return nodes.map((node) => values.get(node)!)
}

const NOTHING: Value = { shape: [], data: new Float64Array() }

/** One primitive by its definition. */
export function reference(primitive: Primitive, inputs: readonly Value[], shape: Shape): Float64Array {
  const [x = NOTHING, y = NOTHING] = inputs
  const each = (f: (...values: number[]) => number) =>
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => f(...inputs.map(({ data }) => data[i]!)))
  /** Element by element of the result, from its place. */
  const build = (f: (place: number[]) => number) =>
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => f(placeOf(i, shape)))

  switch (primitive.op) {
    case 'input':
      throw new LabError('internal', `no value for the input ${primitive.name}`)
    case 'fill':
      return build(() => primitive.value)
    case 'matmul':
    case 'batchMatmul':
      return product(primitive, x, y, shape)
    case 'conv2d': {
      const [, channels = 0, rows = 0, cols = 0] = y.shape
      const perGroup = shape[1]! / primitive.groups
      return build(([n = 0, o = 0, p = 0, q = 0]) =>
        sumOver([channels, rows, cols], ([c = 0, i = 0, j = 0]) => {
          const channel = Math.floor(o / perGroup) * channels + c
          return seen(x, n, channel, p, q, [i, j], primitive) * at(y, [o, c, i, j])
        }),
      )
    }
    case 'conv2dInput':
    case 'conv2dKernel':
      return transposedConvolution(primitive, x, y, shape)
    case 'add':
      return each((a, b) => a! + b!)
    case 'subtract':
      return each((a, b) => a! - b!)
    case 'multiply':
      return each((a, b) => a! * b!)
    case 'divide':
      return each((a, b) => a! / b!)
    case 'scale':
      return each((a) => primitive.factor * a!)
    case 'scaleBy':
      return y.data.map((value) => x.data[0]! * value)
    case 'power':
      return each((a) => a! ** primitive.exponent)
    case 'exp':
      return each((a) => Math.exp(a!))
    case 'log':
      return each((a) => Math.log(a!))
    case 'log1p':
      return each((a) => Math.log1p(a!))
    case 'relu':
      return each((a) => (a! > 0 ? a! : a! * 0))
    case 'step':
      return each((a) => (Number.isNaN(a) ? NaN : Number(a! > 0)))
    case 'tanh':
      return each((a) => Math.tanh(a!))
    case 'sigmoid':
      return each((a) => 1 / (1 + Math.exp(-a!)))
    case 'softplus':
      return each((a) => Math.max(a!, 0) + Math.log1p(Math.exp(-Math.abs(a!))))
    case 'normalCdf':
      return each((a) => normalCdf(a!))
    case 'greater':
      return each((a, b) => (Number.isNaN(a! + b!) ? NaN : Number(a! > b!)))
    case 'where':
      return each((c, a, b) => (Number.isNaN(c) ? NaN : c === 0 ? b! : a!))
    case 'sum':
      return build((place) =>
        sumOver([x.shape[primitive.axis]!], ([e = 0]) => at(x, place.toSpliced(primitive.axis, 0, e))),
      )
    case 'repeat':
      return build((place) => at(x, place.toSpliced(primitive.axis, 1)))
    case 'total':
      return build(() => sumOver(x.shape, (place) => at(x, place)))
    case 'logSumExp':
      return build((place) =>
        Math.log(
          sumOver([x.shape[primitive.axis]!], ([e = 0]) => Math.exp(at(x, place.toSpliced(primitive.axis, 0, e)))),
        ),
      )
    case 'transpose':
      return build((place) => at(x, invert(primitive.axes, place)))
    case 'reshape':
      return x.data.slice()
    case 'slice':
      return build((place) => at(x, place.with(primitive.axis, place[primitive.axis]! + primitive.start)))
    case 'pad':
      return build((place) => at(x, place.with(primitive.axis, place[primitive.axis]! - primitive.before)))
    case 'gather':
      return build((place) => at(x, place.with(primitive.axis, y.data[place[primitive.axis]!]!)))
    case 'scatterAdd':
      return build((place) =>
        sumOver([y.data.length], ([j = 0]) =>
          y.data[j] === place[primitive.axis] ? at(x, place.with(primitive.axis, j)) : 0,
        ),
      )
    case 'oneHot':
      return build(([k, j = 0]) => Number(x.data[j] === k))
    case 'sumPool':
      return build(([n = 0, c = 0, p = 0, q = 0]) =>
        sumOver(primitive.window, ([i = 0, j = 0]) => seen(x, n, c, p, q, [i, j], primitive)),
      )
    case 'spreadPool': {
      const result = new Float64Array(sizeOf(shape))
      forEachPlace(x.shape, ([n = 0, c = 0, p = 0, q = 0]) =>
        forEachPlace(primitive.window, ([i = 0, j = 0]) => {
          const to = offsetOf([n, c, ...placeSeen(p, q, [i, j], primitive)], shape)
          if (to >= 0) result[to]! += at(x, [n, c, p, q])
        }),
      )
      return result
    }
    case 'poolWinners':
      return build(([n = 0, c = 0, p = 0, q = 0]) => {
        let winner = -1
        forEachPlace(primitive.window, ([i = 0, j = 0]) => {
          const candidate = offsetOf([n, c, ...placeSeen(p, q, [i, j], primitive)], x.shape)
          if (candidate >= 0 && !(x.data[candidate]! <= (x.data[winner] ?? -Infinity))) winner = candidate
        })
        return winner
      })
    case 'softmax': {
      const { axis } = primitive
      return build((place) => {
        const mass = sumOver([x.shape[axis]!], ([e = 0]) => Math.exp(at(x, place.with(axis, e)) - at(x, place)))
        return 1 / mass
      })
    }
    case 'softmaxCrossEntropy':
      return build(() => {
        const p = reference({ op: 'softmax', axis: 0 }, [x], x.shape)
        return p.reduce((loss, value, i) => loss - y.data[i]! * Math.log(value), 0)
      })
    case 'softmaxError':
      return reference({ op: 'softmax', axis: 0 }, [x], x.shape).map((value, i) => value - y.data[i]!)
    case 'squaredError':
      return build(() => x.data.reduce((loss, value, i) => loss + 0.5 * (value - y.data[i]!) ** 2, 0))
    case 'perReplica': {
      const { primitive: each, stacked, count } = primitive
      const parts = Array.from({ length: count }, (_, r) => {
        const operands = inputs.map((value, i) => (stacked[i] ? partOf(value, r) : value))
        return [...reference(each, operands, shape.slice(1))]
      })
      return Float64Array.from(parts.flat())
    }
    default:
      return primitive satisfies never
  }
}

/** Part r along the first axis. */
function partOf({ shape: [, ...shape], data }: Value, r: number): Value {
  const size = sizeOf(shape)
  return { shape, data: data.slice(r * size, (r + 1) * size) }
}

function product(
  primitive: Primitive & { op: 'matmul' | 'batchMatmul' },
  a: Value,
  b: Value,
  shape: Shape,
): Float64Array {
  const { transposeA, transposeB, alpha } = primitive
  const inner = a.shape.at(transposeA ? -2 : -1)!
  const entry = (x: Value, stack: readonly number[], row: number, col: number, transposed: boolean) =>
    at(x, [...(x.shape.length === 2 ? [] : stack), ...(transposed ? [col, row] : [row, col])])
  const single = (stack: readonly number[], i: number, j: number) =>
    sumOver([inner], ([p = 0]) => entry(a, stack, i, p, transposeA) * entry(b, stack, p, j, transposeB))
  const stackShape = primitive.op === 'batchMatmul' && primitive.reduce ? a.shape.slice(0, -2) : []
  return Float64Array.from({ length: sizeOf(shape) }, (_, index) => {
    const place = placeOf(index, shape)
    const [i, j] = [place.at(-2)!, place.at(-1)!]
    return alpha * sumOver(stackShape, (stack) => single([...stack, ...place.slice(0, -2)], i, j))
  })
}

/** Σ over every pair of result and window place of what conv2d multiplies there, collected in the missing argument. */
function transposedConvolution(
  primitive: Primitive & { op: 'conv2dInput' | 'conv2dKernel' },
  first: Value,
  second: Value,
  shape: Shape,
): Float64Array {
  const toImages = primitive.op === 'conv2dInput'
  const [images, y] = toImages ? [shape, first] : [first.shape, second]
  const kernels = toImages ? second.shape : shape
  const result = new Float64Array(sizeOf(shape))
  const perGroup = y.shape[1]! / primitive.groups
  forEachPlace(y.shape, ([n = 0, o = 0, p = 0, q = 0]) =>
    forEachPlace(kernels.slice(1), ([c = 0, i = 0, j = 0]) => {
      const channel = Math.floor(o / perGroup) * kernels[1]! + c
      const image = [n, channel, ...placeSeen(p, q, [i, j], primitive)]
      if (offsetOf(image, images) < 0) return
      const [to, other] = toImages
        ? [offsetOf(image, shape), at(second, [o, c, i, j])]
        : [offsetOf([o, c, i, j], shape), at(first, image)]
      result[to]! += at(y, [n, o, p, q]) * other
    }),
  )
  return result
}

function placeSeen(p: number, q: number, [i, j]: Pair, { stride, padding }: Sliding): Pair {
  return [p * stride[0] + i - padding[0], q * stride[1] + j - padding[1]]
}

function seen(x: Value, n: number, c: number, p: number, q: number, offset: Pair, sliding: Sliding): number {
  return at(x, [n, c, ...placeSeen(p, q, offset, sliding)])
}

/** Zero outside. */
function at({ shape, data }: Value, place: readonly number[]): number {
  return data[offsetOf(place, shape)] ?? 0
}

/** −1 outside. */
function offsetOf(place: readonly number[], shape: Shape): number {
  if (place.some((value, axis) => value < 0 || value >= shape[axis]!)) return -1
  return place.reduce((offset, value, axis) => offset * shape[axis]! + value, 0)
}

function placeOf(offset: number, shape: Shape): number[] {
  return shape.map((extent, axis) => Math.floor(offset / sizeOf(shape.slice(axis + 1))) % extent)
}

function forEachPlace(shape: Shape, visit: (place: number[]) => void): void {
  for (let i = 0; i < sizeOf(shape); i++) visit(placeOf(i, shape))
}

function sumOver(shape: Shape, f: (place: number[]) => number): number {
  let sum = 0
  forEachPlace(shape, (place) => (sum += f(place)))
  return sum
}

/** The place in the operand of a place in its transpose. */
function invert(axes: readonly number[], place: readonly number[]): number[] {
  return axes.map((_, axis) => place[axes.indexOf(axis)]!)
}

/**
 * Φ by the series of the middle and the continued fraction of the tail (Abramowitz & Stegun 26.2.10 and 26.2.14),
 * which share nothing with the kernel's approximation.
 */
export function normalCdf(x: number): number {
  const size = Math.abs(x)
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  if (size > 4) {
    let fraction = 0
    for (let k = 200; k > 0; k--) fraction = k / (size + fraction)
    const tail = density / (size + fraction)
    return x < 0 ? tail : 1 - tail
  }
  // Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/15 + …), whose terms are all of one sign.
  let [term, series] = [x, x]
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(series); k += 2) {
    term *= (x * x) / k
    series += term
  }
  return 0.5 + density * series
}

import { describe, expect, it } from 'vitest'
import { Graph } from '#main/compute/graph/graph'
import { sizeOf, type Node } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import {
  gaussNewtonProduct,
  grad,
  hessianVectorProduct,
  jvp,
  residualProduct,
  vjp,
} from '#main/compute/graph/transforms'
import { random } from '#main/compute/rng/random'
import { evaluate } from '../../../helpers/evaluate'
import { expectClose } from '../../../helpers/expectClose'

interface Case {
  readonly name: string
  readonly shapes: readonly (readonly number[])[]
  build(inputs: readonly Node[]): Node
}

/** Every primitive once, in a place where it is differentiable. */
const cases: readonly Case[] = [
  {
    name: 'matmul',
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: ([a, b]) => ops.matmul(a!, b!, { alpha: 1.5 }),
  },
  {
    name: 'matmul aᵀ b',
    shapes: [
      [4, 3],
      [4, 2],
    ],
    build: ([a, b]) => ops.matmul(a!, b!, { transposeA: true }),
  },
  {
    name: 'matmul a bᵀ',
    shapes: [
      [3, 4],
      [2, 4],
    ],
    build: ([a, b]) => ops.matmul(a!, b!, { transposeB: true }),
  },
  {
    name: 'matmul aᵀ bᵀ',
    shapes: [
      [4, 3],
      [2, 4],
    ],
    build: ([a, b]) => ops.matmul(a!, b!, { transposeA: true, transposeB: true, alpha: -2 }),
  },
  {
    name: 'add',
    shapes: [
      [3, 2],
      [3, 2],
    ],
    build: ([a, b]) => ops.add(a!, b!),
  },
  {
    name: 'subtract',
    shapes: [
      [3, 2],
      [3, 2],
    ],
    build: ([a, b]) => ops.subtract(a!, b!),
  },
  {
    name: 'multiply',
    shapes: [
      [3, 2],
      [3, 2],
    ],
    build: ([a, b]) => ops.multiply(a!, b!),
  },
  { name: 'square', shapes: [[3, 2]], build: ([a]) => ops.multiply(a!, a!) },
  { name: 'scale', shapes: [[5]], build: ([a]) => ops.scale(a!, -0.7) },
  { name: 'scaleBy', shapes: [[3, 2], []], build: ([a, s]) => ops.scaleBy(a!, s!) },
  { name: 'relu', shapes: [[3, 5]], build: ([a]) => ops.relu(a!) },
  { name: 'tanh', shapes: [[3, 5]], build: ([a]) => ops.tanh(a!) },
  { name: 'sum over rows', shapes: [[3, 5]], build: ([a]) => ops.sum(a!, 0) },
  { name: 'sum over columns', shapes: [[3, 5]], build: ([a]) => ops.sum(a!, 1) },
  { name: 'repeat', shapes: [[3]], build: ([a]) => ops.repeat(a!, 1, 4) },
  { name: 'repeat in front', shapes: [[3]], build: ([a]) => ops.repeat(a!, 0, 2) },
  { name: 'total', shapes: [[3, 2]], build: ([a]) => ops.total(a!) },
  { name: 'transpose', shapes: [[3, 2]], build: ([a]) => ops.transpose(a!) },
  { name: 'reshape', shapes: [[3, 4]], build: ([a]) => ops.reshape(a!, [2, 6]) },
  { name: 'slice', shapes: [[4, 5]], build: ([a]) => ops.slice(a!, 1, 1, 3) },
  { name: 'pad', shapes: [[2, 3]], build: ([a]) => ops.pad(a!, 0, 1, 2) },
  { name: 'softmax', shapes: [[4, 3]], build: ([a]) => ops.softmax(a!) },
  {
    name: 'squaredError',
    shapes: [
      [3, 2],
      [3, 2],
    ],
    build: ([a, b]) => ops.squaredError(a!, b!),
  },
  { name: 'softmaxCrossEntropy', shapes: [[3, 4]], build: ([f]) => ops.softmaxCrossEntropy(f!, uniformTargets(f!)) },
  {
    name: 'batched matmul aᵀ b',
    shapes: [
      [2, 3, 4, 3],
      [2, 3, 4, 5],
    ],
    build: ([a, b]) => ops.matmul(a!, b!, { transposeA: true, alpha: 0.5 }),
  },
  {
    name: 'batched matmul a bᵀ',
    shapes: [
      [3, 2, 5],
      [3, 4, 5],
    ],
    build: ([a, b]) => ops.matmul(a!, b!, { transposeB: true }),
  },
  {
    name: 'batched matmul, shared left operand',
    shapes: [
      [3, 2],
      [4, 3, 5],
    ],
    build: ([a, b]) => ops.matmul(a!, b!, { transposeA: true, alpha: -1.5 }),
  },
  {
    name: 'batched matmul, shared right operand',
    shapes: [
      [4, 3, 2],
      [2, 5],
    ],
    build: ([a, b]) => ops.matmul(a!, b!),
  },
  {
    name: 'batched matmul, both transposed, shared right operand',
    shapes: [
      [4, 2, 3],
      [5, 2],
    ],
    build: ([a, b]) => ops.matmul(a!, b!, { transposeA: true, transposeB: true }),
  },
  {
    name: 'summed matmul',
    shapes: [
      [4, 3, 2],
      [4, 2, 5],
    ],
    build: ([a, b]) => ops.summedMatmul(a!, b!, { alpha: 2 }),
  },
  {
    name: 'summed matmul aᵀ b',
    shapes: [
      [4, 3, 2],
      [4, 3, 5],
    ],
    build: ([a, b]) => ops.summedMatmul(a!, b!, { transposeA: true }),
  },
  {
    name: 'summed matmul a bᵀ',
    shapes: [
      [2, 2, 3, 2],
      [2, 2, 5, 2],
    ],
    build: ([a, b]) => ops.summedMatmul(a!, b!, { transposeB: true }),
  },
  {
    name: 'conv2d',
    shapes: [
      [2, 3, 5, 4],
      [4, 3, 3, 2],
    ],
    build: ([x, w]) => ops.conv2d(x!, w!),
  },
  {
    name: 'conv2d with stride, padding and groups',
    shapes: [
      [2, 4, 7, 6],
      [6, 2, 3, 3],
    ],
    build: ([x, w]) => ops.conv2d(x!, w!, { stride: [2, 3], padding: [1, 2], groups: 2 }),
  },
  {
    name: 'conv2d with 1 × 1 kernels',
    shapes: [
      [2, 4, 3, 3],
      [2, 2, 1, 1],
    ],
    build: ([x, w]) => ops.conv2d(x!, w!, { groups: 2 }),
  },
  {
    name: 'conv2dInput',
    shapes: [
      [2, 4, 3, 3],
      [4, 1, 3, 2],
    ],
    build: ([y, w]) => ops.conv2dInput(y!, w!, [5, 4], { stride: [2, 2], padding: 1, groups: 2 }),
  },
  {
    name: 'conv2dKernel',
    shapes: [
      [2, 2, 5, 5],
      [2, 4, 3, 3],
    ],
    build: ([x, y]) => ops.conv2dKernel(x!, y!, [3, 3], { stride: 2, padding: 1, groups: 2 }),
  },
  {
    name: 'divide',
    shapes: [
      [3, 2],
      [3, 2],
    ],
    build: ([a, b]) => ops.divide(a!, above(b!)),
  },
  { name: 'reciprocal', shapes: [[7]], build: ([a]) => ops.divide(ops.fill(a!, [7], 1), above(a!)) },
  { name: 'exp', shapes: [[3, 5]], build: ([a]) => ops.exp(a!) },
  { name: 'log', shapes: [[3, 5]], build: ([a]) => ops.log(above(a!)) },
  { name: 'log1p', shapes: [[3, 5]], build: ([a]) => ops.log1p(above(a!)) },
  { name: 'sqrt', shapes: [[3, 5]], build: ([a]) => ops.sqrt(above(a!)) },
  { name: 'x⁻⁰·⁵', shapes: [[3]], build: ([a]) => ops.power(above(a!), -0.5) },
  { name: 'x³', shapes: [[3]], build: ([a]) => ops.power(a!, 3) },
  { name: 'x¹·⁷', shapes: [[5]], build: ([a]) => ops.power(above(a!), 1.7) },
  { name: 'leakyRelu', shapes: [[3, 5]], build: ([a]) => ops.leakyRelu(a!, 0.1) },
  { name: 'sigmoid', shapes: [[3, 5]], build: ([a]) => ops.sigmoid(a!) },
  { name: 'softplus', shapes: [[3, 5]], build: ([a]) => ops.softplus(a!) },
  { name: 'normalCdf', shapes: [[3, 5]], build: ([a]) => ops.normalCdf(a!) },
  { name: 'gelu', shapes: [[3, 5]], build: ([a]) => ops.gelu(a!) },
  { name: 'abs', shapes: [[3, 5]], build: ([a]) => ops.abs(a!) },
  { name: 'clip', shapes: [[3, 5]], build: ([a]) => ops.clip(a!, -0.8, 0.6) },
  {
    name: 'maximum',
    shapes: [
      [3, 5],
      [3, 5],
    ],
    build: ([a, b]) => ops.maximum(a!, b!),
  },
  {
    name: 'minimum',
    shapes: [
      [3, 5],
      [3, 5],
    ],
    build: ([a, b]) => ops.minimum(a!, b!),
  },
  {
    name: 'where',
    shapes: [
      [3, 5],
      [3, 5],
    ],
    build: ([a, b]) => ops.where(ops.greater(a!, b!), ops.multiply(a!, a!), b!),
  },
  { name: 'sum over several axes', shapes: [[3, 2, 4]], build: ([a]) => ops.sumOver(a!, [2, 0]) },
  { name: 'mean', shapes: [[3, 2, 4]], build: ([a]) => ops.mean(a!, [0, 1]) },
  { name: 'max', shapes: [[3, 4, 2]], build: ([a]) => ops.max(a!, 1) },
  { name: 'min', shapes: [[3, 4]], build: ([a]) => ops.min(a!, 1) },
  { name: 'logSumExp', shapes: [[3, 4, 3]], build: ([a]) => ops.logSumExp(a!, 1) },
  { name: 'logSumExp over the last axis', shapes: [[3, 5]], build: ([a]) => ops.logSumExp(a!, 1) },
  { name: 'transpose of axes', shapes: [[2, 3, 4, 2]], build: ([a]) => ops.transpose(a!, [2, 0, 3, 1]) },
  {
    name: 'concat',
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    build: (parts) => ops.concat(parts, 1),
  },
  { name: 'gather', shapes: [[2, 4, 3]], build: ([a]) => ops.gather(a!, 1, places(a!, 4)) },
  { name: 'scatterAdd', shapes: [[2, 3, 3]], build: ([a]) => ops.scatterAdd(a!, 1, places(a!, 3), 5) },
  { name: 'averagePool', shapes: [[2, 2, 5, 4]], build: ([a]) => ops.averagePool(a!, 2) },
  {
    name: 'averagePool, overlapping and padded',
    shapes: [[2, 2, 5, 4]],
    build: ([a]) => ops.averagePool(a!, [3, 2], { stride: [2, 1], padding: 1 }),
  },
  { name: 'maxPool', shapes: [[2, 2, 4, 6]], build: ([a]) => ops.maxPool(a!, 2) },
  {
    name: 'maxPool, overlapping and padded',
    shapes: [[2, 2, 5, 4]],
    build: ([a]) => ops.maxPool(a!, 3, { stride: 2, padding: 1 }),
  },
  { name: 'softmax over the last axis', shapes: [[3, 5]], build: ([a]) => ops.softmax(a!, 1) },
  { name: 'softmax over a middle axis', shapes: [[2, 4, 3]], build: ([a]) => ops.softmax(a!, 1) },
  { name: 'softmaxError', shapes: [[3, 5]], build: ([f]) => ops.softmaxError(f!, uniformTargets(f!)) },
  {
    name: 'binaryCrossEntropy',
    shapes: [[3, 5]],
    build: ([f]) => ops.binaryCrossEntropy(f!, ops.fill(f!, [3, 5], 0.3)),
  },
  {
    name: 'batchNorm of channels',
    shapes: [[3, 2, 2, 3], [2], [2]],
    build: ([x, gain, bias]) => ops.batchNorm(x!, 1, { gain: gain!, bias: bias! }),
  },
  {
    name: 'batchNorm of features',
    shapes: [[3, 7], [3], [3]],
    build: ([x, gain, bias]) => ops.batchNorm(x!, 0, { gain: gain!, bias: bias! }, { epsilon: 0.1 }),
  },
  {
    name: 'layerNorm',
    shapes: [
      [4, 3, 2],
      [3, 2],
      [3, 2],
    ],
    build: ([x, gain, bias]) => ops.layerNorm(x!, [1, 2], { gain: gain!, bias: bias! }),
  },
]

function uniformTargets(logits: Node): Node {
  return ops.fill(logits, logits.shape, 1 / logits.shape[0]!)
}

/** Above 0, where logarithms and roots are smooth. */
function above(x: Node): Node {
  return ops.add(ops.multiply(x, x), ops.fill(x, x.shape, 0.5))
}

/** The indices 0 2 0 0 … */
function places(beside: Node, count: number): Node {
  return ops.pad(ops.fill(beside, [1], 2), 0, 1, count - 2)
}

/** A case with random inputs, a smooth scalar of its result, and random directions. */
function prepare({ shapes, build }: Case) {
  const graph = new Graph()
  const stream = random(7, 'transforms')
  const draw = (name: string, shape: readonly number[]) => stream.derive(name).normal(sizeOf(shape))
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape))
  const directions = shapes.map((shape, i) => graph.input(`v${i}`, shape))
  const result = build(inputs)
  const cotangent = graph.input('c', result.shape)
  const values = new Map<Node, Float64Array>([
    ...inputs.map((node, i): [Node, Float64Array] => [node, draw(`x${i}`, node.shape)]),
    ...directions.map((node, i): [Node, Float64Array] => [node, draw(`v${i}`, node.shape)]),
    [cotangent, draw('c', result.shape)],
  ])
  // tanh makes the scalar curved in every result, so that second derivatives of linear primitives are tested too.
  const loss = ops.total(ops.multiply(ops.tanh(result), cotangent))
  return { graph, inputs, directions, result, cotangent, values, loss }
}

type Prepared = ReturnType<typeof prepare>

/** Values with the inputs moved by h along the directions. */
function moved({ inputs, directions, values }: Prepared, h: number): Map<Node, Float64Array> {
  const shifted = new Map(values)
  inputs.forEach((node, i) => {
    const v = values.get(directions[i]!)!
    shifted.set(
      node,
      values.get(node)!.map((x, j) => x + h * v[j]!),
    )
  })
  return shifted
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const concat = (arrays: readonly Float64Array[]) => Float64Array.from(arrays.flatMap((array) => [...array]))

describe.each(cases)('derivatives of $name', (testCase) => {
  const prepared = prepare(testCase)
  const { inputs, directions, result, cotangent, values, loss } = prepared

  it('jvp is the central difference along the direction', async () => {
    const h = 1e-5
    const [tangent] = await evaluate(jvp([result], inputs, directions), values)
    const [ahead] = await evaluate([result], moved(prepared, h))
    const [behind] = await evaluate([result], moved(prepared, -h))
    // Truncation h² f''' and rounding eps / h are both about 1e-10.
    expectClose(
      tangent!,
      ahead!.map((value, i) => (value - behind![i]!) / (2 * h)),
      { rtol: 1e-7, atol: 1e-8 },
    )
  })

  it('vjp is the adjoint of jvp', async () => {
    const [tangent] = await evaluate(jvp([result], inputs, directions), values)
    const pulled = await evaluate(vjp(result, cotangent, inputs), values)
    const right = dot(concat(pulled), concat(directions.map((node) => values.get(node)!)))
    expectClose(dot(tangent!, values.get(cotangent)!), right, { rtol: 1e-12, atol: 1e-13 })
  })

  it('the Hessian product is the central difference of the gradient', async () => {
    const h = 1e-5
    const gradient = grad(loss, inputs)
    const product = concat(await evaluate(hessianVectorProduct(loss, inputs, directions), values))
    const ahead = concat(await evaluate(gradient, moved(prepared, h)))
    const behind = concat(await evaluate(gradient, moved(prepared, -h)))
    expectClose(
      product,
      ahead.map((value, i) => (value - behind[i]!) / (2 * h)),
      { rtol: 1e-6, atol: 1e-7 },
    )
  })
})

describe('Gauss-Newton and residual products', () => {
  it('add up to the Hessian product of a two-layer ReLU network with cross-entropy', async () => {
    const graph = new Graph()
    const shapes = [
      [6, 4],
      [3, 6],
    ]
    const weights = shapes.map((shape, i) => graph.input(`W${i}`, shape))
    const directions = shapes.map((shape, i) => graph.input(`V${i}`, shape))
    const x = graph.input('x', [4, 5])
    const logits = ops.matmul(weights[1]!, ops.relu(ops.matmul(weights[0]!, x)))
    const loss = ops.softmaxCrossEntropy(logits, uniformTargets(logits))
    const stream = random(3, 'gauss-newton')
    const values = new Map(
      [...weights, ...directions, x].map((node) => [
        node,
        stream.derive(node.primitive.op === 'input' ? node.primitive.name : '').normal(sizeOf(node.shape)),
      ]),
    )
    const full = concat(await evaluate(hessianVectorProduct(loss, weights, directions), values))
    const gaussNewton = concat(await evaluate(gaussNewtonProduct(loss, logits, weights, directions), values))
    const residual = concat(await evaluate(residualProduct(loss, logits, weights, directions), values))
    expectClose(
      gaussNewton.map((value, i) => value + residual[i]!),
      full,
      { rtol: 1e-12, atol: 1e-12 },
    )
    const v = concat(directions.map((node) => values.get(node)!))
    expect(dot(gaussNewton, v)).toBeGreaterThan(0)
  })

  // One weight matrix has no curvature of its own, so that G is the whole Hessian.
  it.each(['matmul', 'batchMatmul'] as const)(
    'sees logits that the loss uses with another factor, as the logistic loss does with −f (%s)',
    async (op) => {
      const graph = new Graph()
      const stack = op === 'matmul' ? [] : [2]
      const [W, V, x] = ['W', 'V', 'x'].map((name, i) => graph.input(name, [...stack, ...(i < 2 ? [1, 4] : [4, 5])]))
      const logits = ops.matmul(W!, x!)
      const ones = ops.fill(logits, logits.shape, 1)
      const loss = ops.add(
        ops.binaryCrossEntropy(logits, ops.scale(ones, 0.3)),
        ops.total(ops.exp(ops.scale(logits, 0.5))),
      )
      const stream = random(5, 'logistic')
      const values = new Map([W!, V!, x!].map((node) => [node, stream.normal(sizeOf(node.shape))]))
      const full = concat(await evaluate(hessianVectorProduct(loss, [W!], [V!]), values))
      expectClose(concat(await evaluate(gaussNewtonProduct(loss, logits, [W!], [V!]), values)), full, {
        rtol: 1e-12,
        atol: 1e-12,
      })
      const pulled = vjp(logits, grad(loss, [logits])[0]!, [W!])
      expectClose(concat(await evaluate(pulled, values)), concat(await evaluate(grad(loss, [W!]), values)), {
        rtol: 1e-12,
        atol: 1e-12,
      })
    },
  )

  it('gives zeros for an input the loss does not depend on', async () => {
    const graph = new Graph()
    const [a, b] = [graph.input('a', [2]), graph.input('b', [3])]
    const [, idle] = await evaluate(grad(ops.total(a), [a, b]), new Map([[a, Float64Array.of(1, 2)]]))
    expect([...idle!]).toEqual([0, 0, 0])
  })
})

describe('errors', () => {
  it('say which shapes met', () => {
    const graph = new Graph()
    const [a, b] = [graph.input('a', [2, 3]), graph.input('b', [2, 3])]
    expect(() => ops.matmul(a, b)).toThrow(/matmul: got \[2, 3\] and \[2, 3\].*here 3 and 2/)
    expect(() => ops.add(a, graph.input('c', [3]))).toThrow(/add.*one shape/)
    expect(() => grad(a, [a])).toThrow(/shape \[2,3\], not \[\]/)
  })

  it('refuse nodes of another graph', () => {
    expect(() => ops.add(new Graph().input('a', [1]), new Graph().input('b', [1]))).toThrow(/another graph/)
  })
})

import { describe, expect, it } from 'vitest'
import { Graph } from '#main/compute/graph/graph'
import { sizeOf, type Node } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { ancestors, gradientMomentProduct, grad } from '#main/compute/graph/transforms'
import { random } from '#main/compute/rng/random'
import { evaluate } from '../../../helpers/evaluate'
import { expectClose } from '../../../helpers/expectClose'

const [D, WIDTH, K, N] = [5, 4, 3, 7]

/** Losses of N samples through a ReLU layer with biases; the features H are parameters too. */
function network() {
  const graph = new Graph()
  const parameters = {
    H: graph.input('H', [D, N]),
    W1: graph.input('W1', [WIDTH, D]),
    b1: graph.input('b1', [WIDTH]),
    W2: graph.input('W2', [K, WIDTH]),
  }
  const { H, W1, b1, W2 } = parameters
  const logits = ops.matmul(W2, ops.relu(ops.add(ops.matmul(W1, H), ops.repeat(b1, 1, N))))
  const targets = graph.input('targets', [K, N])
  const losses = ops.subtract(ops.logSumExp(logits, 0), ops.sum(ops.multiply(targets, logits), 0))
  const values = new Map(
    [...Object.values(parameters), targets].map((node, i) => [node, random(i, 'network').normal(sizeOf(node.shape))]),
  )
  values.set(
    targets,
    Float64Array.from({ length: K * N }, (_, at) => (Math.floor(at / N) === (at % N) % K ? 1 : 0)),
  )
  return { graph, parameters, losses, values }
}

const concat = (arrays: readonly Float64Array[]) => Float64Array.from(arrays.flatMap((array) => [...array]))

/** (1/N) Σ g_i ⟨g_i, v⟩ from the gradient of every sample by itself. */
async function bySamples(
  losses: Node,
  wrt: readonly Node[],
  v: Float64Array,
  values: ReadonlyMap<Node, Float64Array>,
  centred: boolean,
): Promise<Float64Array> {
  const gradients = await Promise.all(
    Array.from({ length: N }, async (_, i) =>
      concat(await evaluate(grad(ops.total(ops.slice(losses, 0, i, 1)), wrt), values)),
    ),
  )
  const mean = v.map((_, j) => gradients.reduce((sum, g) => sum + g[j]!, 0) / N)
  const sum = new Float64Array(v.length)
  for (const gradient of gradients) {
    const g = centred ? gradient.map((value, j) => value - mean[j]!) : gradient
    const slope = g.reduce((total, value, j) => total + value * v[j]!, 0)
    g.forEach((value, j) => (sum[j]! += (slope * value) / N))
  }
  return sum
}

describe('the second moment of the gradients of samples', () => {
  it.each([
    { names: ['H', 'W1', 'b1', 'W2'], centred: false },
    { names: ['H', 'W1', 'b1', 'W2'], centred: true },
    { names: ['W1'], centred: false },
    { names: ['W1', 'b1'], centred: true },
    { names: ['W2'], centred: true },
  ] as const)('is the sum over samples: $names, centred $centred', async ({ names, centred }) => {
    const { graph, parameters, losses, values } = network()
    const wrt = names.map((name) => parameters[name])
    const directions = wrt.map(({ shape }, i) => graph.input(`v${i}`, shape))
    directions.forEach((node, i) => values.set(node, random(i, 'direction').normal(sizeOf(node.shape))))
    const product = concat(await evaluate(gradientMomentProduct(losses, wrt, directions, { centred }), values))
    const v = concat(directions.map((node) => values.get(node) ?? new Float64Array()))
    // Sums of fewer than a hundred terms of order 1.
    expectClose(product, await bySamples(losses, wrt, v, values, centred), { rtol: 1e-12, atol: 1e-13 })
  })

  it('costs for a block what the block costs', () => {
    const { graph, parameters, losses } = network()
    const { H, W1, b1, W2 } = parameters
    const productsIn = (wrt: readonly Node[]) => {
      const directions = wrt.map(({ shape }, i) => graph.input(`v${i}`, shape))
      const nodes = ancestors(gradientMomentProduct(losses, wrt, directions))
      return nodes.filter(({ primitive }) => primitive.op === 'matmul').length
    }
    // The forward pass takes two; the last layer one more for its tangent and one for its gradient.
    expect(productsIn([W2])).toBe(4)
    expect(productsIn([H, W1, b1, W2])).toBeGreaterThan(8)
  })

  it('asks for a list of losses', () => {
    const { parameters, losses } = network()
    expect(() => gradientMomentProduct(ops.total(losses), [parameters.W1], [parameters.W1])).toThrow(/give a list/)
  })
})

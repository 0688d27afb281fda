import { describe, expect, it } from 'vitest'
import { Graph } from '#main/compute/graph/graph'
import { sizeOf, type Node } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { reassociate } from '#main/compute/graph/reassociate'
import { ancestors, grad } from '#main/compute/graph/transforms'
import { random } from '#main/compute/rng/random'
import { evaluate } from '../../../helpers/evaluate'
import { expectClose } from '../../../helpers/expectClose'

/** ½‖W_4 σ(W_3 W_2 W_1 X) − Y‖² with a 2-row head; σ after W_3 if asked. */
function network(activation: (x: Node) => Node) {
  const graph = new Graph()
  const shapes = [
    [8, 8],
    [8, 8],
    [8, 8],
    [2, 8],
  ]
  const weights = shapes.map((shape, i) => graph.input(`W${i + 1}`, shape))
  const [x, y] = [graph.input('X', [8, 20]), graph.input('Y', [2, 20])]
  const hidden = weights.slice(0, 3).reduce((h, w) => ops.matmul(w, h), x)
  const loss = ops.squaredError(ops.matmul(weights[3]!, activation(hidden)), y)
  const stream = random(5, 'reassociate')
  const values = new Map([...weights, x, y].map((node, i) => [node, stream.derive(`${i}`).normal(sizeOf(node.shape))]))
  return { weights, loss, values }
}

/** Multiply-adds of every product a value needs. */
function cost(outputs: readonly Node[]): number {
  return ancestors(outputs)
    .filter((node) => node.primitive.op === 'matmul')
    .reduce((sum, node) => sum + (sizeOf(node.shape) * sizeOf(node.inputs[0]!.shape)) / node.shape[0]!, 0)
}

describe('reassociate', () => {
  it('multiplies the head first and changes values and gradients only by rounding', async () => {
    const { weights, loss, values } = network((x) => x)
    const cheap = reassociate(loss)
    expect(cost([cheap])).toBe(3 * 2 * 8 * 8 + 2 * 8 * 20)
    expect(cost([loss])).toBe(3 * 8 * 8 * 20 + 2 * 8 * 20)
    const before = await evaluate([loss, ...grad(loss, weights)], values)
    const after = await evaluate([cheap, ...grad(cheap, weights)], values)
    after.forEach((value, i) => expectClose(value, before[i]!, { rtol: 1e-12, atol: 1e-11 }))
    expect(cost(grad(cheap, weights))).toBeLessThan(cost(grad(loss, weights)) / 2)
  })

  it('does not multiply through a nonlinearity', async () => {
    const { weights, loss, values } = network(ops.relu)
    const cheap = reassociate(loss)
    const before = await evaluate([loss, ...grad(loss, weights)], values)
    const after = await evaluate([cheap, ...grad(cheap, weights)], values)
    after.forEach((value, i) => expectClose(value, before[i]!, { rtol: 1e-12, atol: 1e-11 }))
    expect(ancestors([cheap]).some((node) => node.primitive.op === 'relu')).toBe(true)
  })

  it('leaves a product that something else uses', () => {
    const graph = new Graph()
    const [a, b, c] = [graph.input('a', [2, 9]), graph.input('b', [9, 9]), graph.input('c', [9, 9])]
    const bc = ops.matmul(b, c)
    const sum = ops.add(ops.total(ops.matmul(a, bc)), ops.total(bc))
    expect(reassociate(sum)).toBe(sum)
  })
})

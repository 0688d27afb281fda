import { describe, expect, it } from 'vitest'
import { Graph } from '#main/compute/graph/graph'
import * as ops from '#main/compute/graph/ops'
import type { Node } from '#main/compute/graph/node'
import { sampleChain } from '#main/compute/graph/sampleChain'

function nodes() {
  const graph = new Graph()
  return {
    X: graph.input('X', [3, 7]),
    Y: graph.input('Y', [2, 7]),
    W1: graph.input('W1', [4, 3]),
    W2: graph.input('W2', [2, 4]),
    b: graph.input('b', [2]),
    wide: graph.input('wide', [7, 4]),
  }
}
type Nodes = ReturnType<typeof nodes>

describe('the samples of a chain', () => {
  const chains: Record<string, (given: Nodes) => Node> = {
    'W2 W1 X': ({ W1, W2, X }) => ops.matmul(W2, ops.matmul(W1, X)),
    '(W2 W1) X': ({ W1, W2, X }) => ops.matmul(ops.matmul(W2, W1), X),
    'tanh(W2) W1 X: what the factors are does not matter': ({ W1, W2, X }) =>
      ops.matmul(ops.tanh(W2), ops.matmul(W1, X)),
  }
  it.each(Object.entries(chains))('are found in %s', (_name, output) => {
    const given = nodes()
    const found = { samples: given.X, targets: given.Y }
    expect(sampleChain(ops.scale(ops.squaredError(output(given), given.Y), 0.5))).toEqual(found)
    expect(sampleChain(ops.squaredError(given.Y, output(given)))).toEqual(found)
  })

  const refused: Record<string, (given: Nodes) => Node> = {
    'a nonlinear layer': ({ W1, W2, X, Y }) => ops.squaredError(ops.matmul(W2, ops.relu(ops.matmul(W1, X))), Y),
    'a bias': ({ W1, W2, X, Y, b }) =>
      ops.squaredError(ops.add(ops.matmul(W2, ops.matmul(W1, X)), ops.repeat(b, 1, 7)), Y),
    'cross-entropy': ({ W1, W2, X, Y }) => ops.softmaxCrossEntropy(ops.matmul(W2, ops.matmul(W1, X)), Y),
    'a mask': ({ W1, W2, X, Y }) => ops.squaredError(ops.multiply(ops.matmul(W2, ops.matmul(W1, X)), Y), Y),
    'factors that see the samples': ({ X, Y, wide }) => ops.squaredError(ops.matmul(ops.matmul(Y, wide), ops.matmul(ops.matmul(X, wide), X, { transposeA: true })), Y), // prettier-ignore
    'samples on the left': ({ X, Y, wide }) =>
      ops.squaredError(ops.matmul(X, wide), ops.matmul(X, wide, { alpha: 2 })) && ops.squaredError(Y, Y),
    'a term beside the error': ({ W1, W2, X, Y }) =>
      ops.add(ops.squaredError(ops.matmul(W2, ops.matmul(W1, X)), Y), ops.total(ops.multiply(W1, W1))),
  }
  it.each(Object.entries(refused))('are not found beside %s', (_name, loss) => {
    expect(sampleChain(loss(nodes()))).toBeNull()
  })
})

import fc from 'fast-check'
import { Graph } from '#main/compute/graph/graph'
import { sizeOf, type Node } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { random } from '#main/compute/rng/index'

/** Which step, on which earlier nodes, with which detail. */
export interface Choice {
  readonly step: number
  readonly a: number
  readonly b: number
  readonly detail: number
}

export interface RandomGraph {
  readonly inputs: readonly Node[]
  readonly directions: readonly Node[]
  readonly nodes: readonly Node[]
  /** A curved scalar of the last nodes. */
  readonly loss: Node
  readonly values: ReadonlyMap<Node, Float64Array>
}

interface Hand {
  readonly a: Node
  /** One of the nodes that a condition holds for; a itself if there is none. */
  find(fits: (b: Node) => boolean): Node | null
  readonly detail: number
}

const MAX_SIZE = 300
/** Keeps random products from running away, where differences would measure rounding only. */
const tame = (x: Node) => ops.tanh(ops.scale(x, 0.5))
const above = (x: Node) => ops.add(ops.multiply(x, x), ops.fill(x, x.shape, 0.5))
const rank = (x: Node) => x.shape.length
const axisOf = ({ a, detail }: Hand) => detail % rank(a)
const sameShape = (a: Node) => (b: Node) => a.shape.join() === b.shape.join()
const places = (x: Node, count: number) =>
  count < 2 ? ops.fill(x, [count], 0) : ops.pad(ops.fill(x, [1], 1), 0, 1, count - 2)

/** Continuous functions of the nodes in hand; null where they do not fit. */
const steps: readonly ((hand: Hand) => Node | null)[] = [
  ({ a }) => ops.tanh(a),
  ({ a }) => ops.relu(a),
  ({ a }) => ops.leakyRelu(a, 0.2),
  ({ a }) => ops.sigmoid(a),
  ({ a }) => ops.softplus(a),
  ({ a }) => ops.gelu(a),
  ({ a }) => ops.abs(a),
  ({ a }) => ops.clip(a, -0.9, 1.1),
  ({ a }) => ops.exp(tame(a)),
  ({ a }) => ops.log(above(a)),
  ({ a }) => ops.log1p(above(a)),
  ({ a, detail }) => ops.power(above(a), [0.5, -0.5, -1, 1.3][detail % 4]!),
  ({ a, detail }) => ops.scale(a, detail / 4 - 1),
  ({ a, find }) => pairwise(a, find(sameShape(a)), ops.add),
  ({ a, find }) => pairwise(a, find(sameShape(a)), ops.subtract),
  ({ a, find }) => pairwise(a, find(sameShape(a)), (x, y) => tame(ops.multiply(x, y))),
  ({ a, find }) => pairwise(a, find(sameShape(a)), (x, y) => ops.divide(x, above(y))),
  ({ a, find }) => pairwise(a, find(sameShape(a)), ops.maximum),
  ({ a, find }) => pairwise(a, find(sameShape(a)), ops.minimum),
  ({ a, find }) => pairwise(a, find(sameShape(a)), (x, y) => tame(ops.squaredError(x, y))),
  ({ a }) => ops.scaleBy(a, tame(ops.total(a))),
  (hand) => (rank(hand.a) > 0 ? ops.sum(hand.a, axisOf(hand)) : null),
  (hand) => (rank(hand.a) > 1 ? ops.mean(hand.a, [0, rank(hand.a) - 1]) : null),
  (hand) => (rank(hand.a) > 0 ? ops.max(hand.a, axisOf(hand)) : null),
  (hand) => (rank(hand.a) > 0 ? ops.logSumExp(hand.a, axisOf(hand)) : null),
  (hand) => (rank(hand.a) > 0 ? ops.softmax(hand.a, axisOf(hand)) : null),
  (hand) => (rank(hand.a) > 0 ? ops.normalise(hand.a, [axisOf(hand)], { epsilon: 0.3 }) : null),
  ({ a, detail }) => ops.repeat(a, detail % (rank(a) + 1), 2 + (detail % 2)),
  ({ a, detail }) => ops.transpose(a, rotated(rank(a), detail)),
  ({ a }) => ops.reshape(a, [sizeOf(a.shape)]),
  ({ a }) => (sizeOf(a.shape) % 4 === 0 ? ops.reshape(a, [2, 1, sizeOf(a.shape) / 4, 2]) : null),
  ({ a }) => (sizeOf(a.shape) % 6 === 0 ? ops.reshape(a, [3, sizeOf(a.shape) / 3]) : null),
  (hand) => (rank(hand.a) > 0 && hand.a.shape[axisOf(hand)]! > 2 ? ops.slice(hand.a, axisOf(hand), 1, 2) : null),
  (hand) => (rank(hand.a) > 0 ? ops.pad(hand.a, axisOf(hand), 1, 2) : null),
  (hand) => (rank(hand.a) > 0 ? ops.concat([hand.a, tame(hand.a), hand.a], axisOf(hand)) : null),
  (hand) =>
    rank(hand.a) > 0 && hand.a.shape[axisOf(hand)]! > 1 ? ops.gather(hand.a, axisOf(hand), places(hand.a, 4)) : null,
  (hand) =>
    rank(hand.a) > 0 ? ops.scatterAdd(hand.a, axisOf(hand), places(hand.a, hand.a.shape[axisOf(hand)]!), 3) : null,
  ({ a }) => (rank(a) > 1 ? tame(ops.matmul(a, a, { transposeB: true })) : null),
  ({ a }) => (rank(a) > 1 ? tame(ops.matmul(a, a, { transposeA: true })) : null),
  ({ a }) => (rank(a) > 2 ? tame(ops.summedMatmul(a, a, { transposeB: true })) : null),
  ({ a, find }) =>
    rank(a) > 1
      ? pairwise(
          a,
          find((b) => rank(b) === 2 && b.shape[0] === a.shape.at(-1)),
          (x, y) => tame(ops.matmul(x, y)),
        )
      : null,
  ({ a, find }) =>
    rank(a) > 1
      ? pairwise(
          a,
          find((b) => rank(b) === 2 && b.shape[1] === a.shape.at(-2)),
          (x, y) => tame(ops.matmul(y, x)),
        )
      : null,
  ({ a, find, detail }) =>
    rank(a) === 4
      ? pairwise(
          a,
          find(
            (b) =>
              rank(b) === 4 && b.shape[1] === a.shape[1] && b.shape[2]! <= a.shape[2]! && b.shape[3]! <= a.shape[3]!,
          ),
          (x, w) => tame(ops.conv2d(x, w, { stride: 1 + (detail % 2), padding: paddingFor(w, detail) })),
        )
      : null,
  ({ a }) => (rank(a) === 4 && Math.min(...a.shape.slice(2)) > 1 ? ops.averagePool(a, 2, { stride: 1 }) : null),
  ({ a }) => (rank(a) === 4 && Math.min(...a.shape.slice(2)) > 1 ? ops.maxPool(a, 2, { padding: 1 }) : null),
  ({ a }) => (rank(a) === 2 ? ops.softmaxError(a, ops.fill(a, a.shape, 1 / a.shape[0]!)) : null),
  ({ a }) => (rank(a) === 2 ? tame(ops.softmaxCrossEntropy(a, ops.fill(a, a.shape, 1 / a.shape[0]!))) : null),
  ({ a }) => tame(ops.binaryCrossEntropy(a, ops.fill(a, a.shape, 0.4))),
]

export const choices = fc.array(
  fc.record({ step: fc.nat(steps.length - 1), a: fc.nat(4), b: fc.nat(9), detail: fc.nat(11) }),
  { minLength: 4, maxLength: 16 },
)

const inputShapes = [
  [2, 2, 4, 3],
  [2, 2, 2, 2],
  [4, 3],
  [3, 4],
]

export function buildGraph(list: readonly Choice[]): RandomGraph {
  const graph = new Graph()
  const inputs = inputShapes.map((shape, i) => graph.input(`x${i}`, shape))
  const directions = inputShapes.map((shape, i) => graph.input(`v${i}`, shape))
  const nodes: Node[] = [...inputs]
  for (const { step, a, b, detail } of list) {
    const find = (fits: (node: Node) => boolean) => {
      const fitting = nodes.filter(fits)
      return fitting[b % Math.max(1, fitting.length)] ?? null
    }
    // Mostly of what was made last, so that graphs get deep.
    const made = steps[step]!({ a: nodes[Math.max(0, nodes.length - 1 - a)]!, find, detail })
    if (made && sizeOf(made.shape) <= MAX_SIZE) nodes.push(made)
  }
  const last = nodes.slice(-3)
  const loss = last.map((node) => ops.total(ops.tanh(ops.scale(node, 0.7)))).reduce(ops.add)
  const values = new Map(
    [...inputs, ...directions].map((node, i) => [node, random(i, 'graph').normal(sizeOf(node.shape))]),
  )
  return { inputs, directions, nodes, loss, values }
}

function pairwise(a: Node, b: Node | null, f: (a: Node, b: Node) => Node): Node | null {
  return b && f(a, b)
}

function rotated(count: number, by: number): number[] {
  return Array.from({ length: count }, (_, i) => (i + by) % Math.max(1, count))
}

function paddingFor({ shape }: Node, detail: number): [number, number] {
  return [Math.min(detail % 3, shape[2]! - 1), Math.min(detail % 2, shape[3]! - 1)]
}

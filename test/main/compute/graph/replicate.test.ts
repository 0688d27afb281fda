import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Graph } from '#main/compute/graph/graph'
import { sizeOf, type Node } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { replicate, replicateJointly } from '#main/compute/graph/replicate'
import { grad, hessianVectorProduct, jvp } from '#main/compute/graph/transforms'
import { random } from '#main/compute/rng/index'
import { evaluate } from '../../../helpers/evaluate'
import { expectClose } from '../../../helpers/expectClose'
import { interpret } from './interpreter'
import { buildGraph, choices } from './randomGraphs'

const settings = { seed: 20250607, numRuns: 100 }
const COUNT = 3

interface Stacked {
  /** The inputs that differ between replicas, and what takes their place. */
  readonly replicas: ReadonlyMap<Node, Node>
  /** Of the stacked inputs and the shared ones. */
  readonly values: ReadonlyMap<Node, Float64Array>
  /** Of the single inputs, for each replica. */
  readonly singles: readonly ReadonlyMap<Node, Float64Array>[]
}

/** Values of their own for the inputs that are not shared. */
function stackInputs(shared: ReadonlyMap<Node, Float64Array>, differing: readonly Node[], count: number): Stacked {
  const own = new Map(
    differing.map((node, i) => [
      node,
      Array.from({ length: count }, (_, r) => random(r, `replica ${i}`).normal(sizeOf(node.shape))),
    ]),
  )
  const replicas = new Map(
    differing.map((node, i) => [node, node.graph.input(`stacked ${i}`, [count, ...node.shape])] as const),
  )
  const values = new Map(shared)
  for (const [node, stacked] of replicas) values.set(stacked, joined(own.get(node)!))
  const singles = Array.from({ length: count }, (_, r) => {
    const single = new Map(shared)
    for (const [node, arrays] of own) single.set(node, arrays[r]!)
    return single
  })
  return { replicas, values, singles }
}

const joined = (arrays: readonly Float64Array[]) => Float64Array.from(arrays.flatMap((array) => [...array]))

/** Replicas of the outputs against the outputs of each replica alone, bit by bit. */
async function expectSameBits(
  outputs: readonly Node[],
  { replicas, values, singles }: Stacked,
  count: number,
): Promise<void> {
  const stacked = await evaluate(replicate(outputs, count, replicas), values)
  const alone = await Promise.all(singles.map((single) => evaluate(outputs, single)))
  stacked.forEach((value, i) => expect(value).toEqual(joined(alone.map((values) => values[i]!))))
}

describe('replicas', () => {
  it.each([1, 2, 7])('of random graphs and their derivatives have the bits of single ones, R = %i', async (count) => {
    await fc.assert(
      fc.asyncProperty(choices, fc.subarray([0, 1, 2, 3], { minLength: 1 }), async (list, differing) => {
        const { inputs, directions, nodes, loss, values } = buildGraph(list)
        const stacked = stackInputs(
          values,
          differing.flatMap((i) => [inputs[i]!, directions[i]!]),
          count,
        )
        const outputs = [nodes.at(-1)!, loss, ...grad(loss, inputs), ...hessianVectorProduct(loss, inputs, directions)]
        await expectSameBits(outputs, stacked, count)
      }),
      settings,
    )
  })

  it('of many directions, multiplied jointly, have the values of single ones', async () => {
    const all = fc.record({ list: choices, columns: fc.constantFrom(3, 90) })
    await fc.assert(
      fc.asyncProperty(all, async ({ list, columns }) => {
        const { inputs, directions, loss, values } = buildGraph(list)
        const { graph } = loss
        // Long sums too, which are multiplied the other way round.
        const data = graph.input('data', [4, columns])
        const long = ops.total(ops.tanh(ops.matmul(ops.matmul(inputs[3]!, inputs[2]!), ops.matmul(inputs[3]!, data))))
        const whole = ops.add(loss, long)
        const known = new Map([...values, [data, random(1, 'data').normal(4 * columns)] as const])
        const { replicas, values: stacked, singles } = stackInputs(known, directions, COUNT)
        const products = hessianVectorProduct(whole, inputs, directions)
        const together = await evaluate(replicateJointly(products, COUNT, replicas), stacked)
        const alone = await Promise.all(singles.map((single) => evaluate(products, single)))
        // Sums of at most a few hundred terms in another order.
        const scale = Math.max(1, ...together.map((value) => Math.max(...value.map(Math.abs))))
        together.forEach((value, i) =>
          expectClose(value, joined(alone.map((own) => own[i]!)), { atol: 1e-13 * scale, rtol: 1e-12 }),
        )
      }),
      settings,
    )
  })

  it('have the values of the definitions, and derivatives that are the replicas of the derivatives', async () => {
    await fc.assert(
      fc.asyncProperty(choices, fc.subarray([0, 1, 2, 3], { minLength: 1 }), async (list, differing) => {
        const { inputs, directions, loss, values } = buildGraph(list)
        const moving = differing.map((i) => inputs[i]!)
        const { replicas, values: all } = stackInputs(
          values,
          differing.flatMap((i) => [inputs[i]!, directions[i]!]),
          COUNT,
        )
        const stackOf = (node: Node) => replicas.get(node)!
        const [losses] = replicate([loss], COUNT, replicas)
        const ofReplicas = [
          // Replicas do not see each other: the gradient of the sum is the stack of the gradients.
          ...grad(ops.total(losses!), moving.map(stackOf)),
          ...jvp(
            [losses!],
            moving.map(stackOf),
            differing.map((i) => stackOf(directions[i]!)),
          ),
        ]
        const replicasOf = replicate(
          [
            ...grad(loss, moving),
            ...jvp(
              [loss],
              moving,
              differing.map((i) => directions[i]!),
            ),
          ],
          COUNT,
          replicas,
        )
        const [left, right] = [await evaluate(ofReplicas, all), interpret(replicasOf, all)]
        left.forEach((value, i) => expectClose(value, right[i]!, { rtol: 1e-8, atol: 1e-9 }, `output ${i}`))
      }),
      settings,
    )
  })

  it('sum the gradients of what they share', async () => {
    const graph = new Graph()
    const [x, w] = [graph.input('x', [2, 3]), graph.input('w', [3])]
    const loss = ops.total(ops.softplus(ops.multiply(x, ops.repeat(w, 0, 2))))
    const stacked = stackInputs(new Map([[x, random(1, 'x').normal(6)]]), [w], COUNT)
    const [losses] = replicate([loss], COUNT, stacked.replicas)
    const [ofSum] = await evaluate(grad(ops.total(losses!), [x]), stacked.values)
    const alone = await Promise.all(stacked.singles.map((single) => evaluate(grad(loss, [x]), single)))
    expectClose(
      ofSum!,
      ofSum!.map((_, i) => alone.reduce((sum, [gradient]) => sum + gradient![i]!, 0)),
      { rtol: 1e-14 },
    )
  })

  it('of replicas have the bits of single ones', async () => {
    const graph = new Graph()
    const [a, b] = [graph.input('a', [3, 5]), graph.input('b', [3, 5])]
    const outputs = [ops.subtract(ops.tanh(a), b), ops.softmaxCrossEntropy(a, ops.softmax(b))]
    const inner = stackInputs(new Map([[b, random(3, 'b').normal(15)]]), [a], 2)
    const twice = replicate(outputs, 2, inner.replicas)
    const outer = stackInputs(inner.values, [...inner.replicas.values()], COUNT)
    await expectSameBits(twice, outer, COUNT)
  })

  it('have the bits of single ones where indices differ', async () => {
    const graph = new Graph()
    const [x, indices] = [graph.input('x', [4, 3]), graph.indices('labels', [5], 4)]
    const labels = graph.indices('stacked labels', [2, 5], 4)
    const drawn = [Float64Array.of(0, 3, 1, 1, 2), Float64Array.of(2, 2, 2, 0, 3)]
    const shared = random(1, 'x').normal(12)
    const gathered = ops.gather(x, 0, indices)
    await expectSameBits(
      [gathered, ops.scatterAdd(gathered, 0, indices, 4), ops.oneHot(indices, 4)],
      {
        replicas: new Map([[indices, labels]]),
        values: new Map([
          [x, shared],
          [labels, joined(drawn)],
        ]),
        singles: drawn.map(
          (list) =>
            new Map([
              [x, shared],
              [indices, list],
            ]),
        ),
      },
      2,
    )
  })

  it('compute what all share once, and read shared operands where they are', () => {
    const graph = new Graph()
    const [w, x] = [graph.input('w', [4, 4]), graph.input('x', [4, 9])]
    const features = ops.tanh(x)
    const stackedW = graph.input('ws', [5, 4, 4])
    const [product] = replicate([ops.matmul(w, features)], 5, new Map([[w, stackedW]]))
    expect(product!.inputs).toEqual([stackedW, features])
    expect(product!.shape).toEqual([5, 4, 9])
  })

  it('say which shape an input of replicas must have', () => {
    const graph = new Graph()
    const w = graph.input('w', [4, 2])
    const wrong = new Map([[w, graph.input('ws', [4, 2, 3])]])
    expect(() => replicate([w], 3, wrong)).toThrow(/\[4, 2, 3\] for 3 replicas.*make it \[3, 4, 2\]/)
  })
})

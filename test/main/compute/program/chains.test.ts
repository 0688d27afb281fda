import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Backend } from '#main/compute/backends/backend'
import { createCpuBackend } from '#main/compute/backends/cpu/cpuBackend'
import { Graph } from '#main/compute/graph/graph'
import { sizeOf, type Node } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { replicate } from '#main/compute/graph/replicate'
import { grad, hessianVectorProduct } from '#main/compute/graph/transforms'
import { compile, type Program } from '#main/compute/program/compile'
import { Workspace } from '#main/compute/program/workspace'
import { random } from '#main/compute/rng/index'
import { buildGraph, choices } from '../graph/randomGraphs'

const precisions = await Promise.all(
  (['float64', 'float32'] as const).map(async (dtype) => ({
    dtype,
    chained: await createCpuBackend({ dtype, blas: 'embedded' }),
    apart: await createCpuBackend({ dtype, blas: 'embedded', chains: false }),
  })),
)

function started(backend: Backend, nodes: readonly Node[], values: ReadonlyMap<Node, Float64Array>): Program {
  const workspace = new Workspace(backend)
  for (const [node, array] of values) workspace.write(node, array)
  return compile(workspace, { outputs: Object.fromEntries(nodes.map((node, i) => [String(i), node])) })
}

async function valuesOf(program: Program, nodes: readonly Node[]): Promise<Float64Array[]> {
  program.prepare()
  program.run()
  const values = await Promise.all(nodes.map((_, i) => program.read(String(i))))
  program.dispose()
  return values
}

const drawn = (nodes: readonly Node[]) =>
  new Map(nodes.map((node, i) => [node, random(i, 'chain').normal(sizeOf(node.shape))]))

describe.each(precisions)('chains of elementwise steps, $dtype', ({ chained, apart }) => {
  async function expectSameBits(nodes: readonly Node[], values: ReadonlyMap<Node, Float64Array>): Promise<void> {
    const [together, one] = [started(chained, nodes, values), started(apart, nodes, values)]
    expect(together.kernelCalls).toBeLessThanOrEqual(one.kernelCalls)
    expect(await valuesOf(together, nodes)).toEqual(await valuesOf(one, nodes))
  }

  it('of random graphs, their second derivatives and their replicas have the bits of single steps', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (list) => {
        const { inputs, directions, nodes, loss, values } = buildGraph(list)
        const single = [nodes.at(-1)!, loss, ...grad(loss, inputs), ...hessianVectorProduct(loss, inputs, directions)]
        await expectSameBits(single, values)
        const stacked = new Map(inputs.map((node) => [node, node.graph.input('stacked', [3, ...node.shape])]))
        const given = new Map([...values, ...drawn([...stacked.values()])])
        await expectSameBits(replicate(single, 3, stacked), given)
      }),
      { seed: 20251122, numRuns: 120 },
    )
  })

  it('keep signs of zero, infinities, NaN and subnormal numbers', async () => {
    const graph = new Graph()
    const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-310, -1e-310, 1e-42, 3e38, 1e308, 0.3, -2.5, 4, 9]
    const size = special.length ** 2
    const [a, b, s] = [graph.input('a', [size]), graph.input('b', [size]), graph.input('s', [])]
    const values = new Map([
      [a, Float64Array.from({ length: size }, (_, i) => special[i % special.length]!)],
      [b, Float64Array.from({ length: size }, (_, i) => special[Math.floor(i / special.length)]!)],
      [s, Float64Array.of(-1.7)],
    ])
    const ones = [ops.relu, ops.step, (x: Node) => ops.scale(x, -0.3), (x: Node) => ops.scaleBy(x, s)]
    const powers = [-2, -1.5, -1, -0.5, 0.5, 1.5, 3, 4].map((exponent) => (x: Node) => ops.power(x, exponent))
    const twos = [ops.add, ops.subtract, ops.multiply, ops.divide, ops.greater]
    const firsts = [
      ...ones.map((f) => f(a)),
      ...powers.map((f) => f(a)),
      ...twos.map((f) => f(a, b)),
      ops.where(a, b, ops.scale(a, 2)),
    ]
    // Each in the middle of a chain: its value is read by another step, and never in memory.
    const nodes = firsts.map((node) => ops.add(ops.multiply(ops.scale(node, 0.7), b), ops.fill(a, a.shape, 0.25)))
    const program = started(chained, nodes, values)
    expect(program.kernelCalls).toBe(nodes.length)
    program.dispose()
    await expectSameBits(nodes, values)
  })

  it('of any length, odd ones too, write nothing beside their output', async () => {
    for (const n of [1, 2, 3, 5, 17, 1000, 4099]) {
      const graph = new Graph()
      const [x, y] = [graph.input('x', [n]), graph.input('y', [n])]
      const product = ops.multiply(ops.subtract(x, y), ops.add(x, y))
      const nodes = [product, ops.total(ops.subtract(ops.multiply(product, x), ops.relu(y)))]
      await expectSameBits(nodes, drawn([x, y]))
    }
  })

  it('run on where they were bound when the memory has grown and moved', async () => {
    const graph = new Graph()
    const x = graph.input('x', [100])
    const node = ops.multiply(ops.add(x, ops.scale(x, 3)), x)
    const values = drawn([x])
    const program = started(chained, [node], values)
    const large = chained.alloc([2 ** 23])
    const [after] = await valuesOf(program, [node])
    chained.free(large)
    expect(after).toEqual((await valuesOf(started(apart, [node], values), [node]))[0])
  })
})

describe('planning of chains', () => {
  const [{ chained, apart }] = [precisions[0]!]

  it('needs neither calls nor memory for what lies between', async () => {
    const graph = new Graph()
    const [x, y] = [graph.input('x', [50, 4]), graph.input('y', [200])]
    // Adam's direction, with a reshape and a constant on the way.
    const direction = ops.divide(ops.reshape(x, [200]), ops.add(ops.sqrt(ops.multiply(y, y)), ops.fill(y, [200], 1e-8)))
    const programs = [chained, apart].map((backend) => started(backend, [direction], drawn([x, y])))
    expect(programs.map(({ kernelCalls }) => kernelCalls)).toEqual([1, 4])
    // Apart: the constant and one value that each step overwrites.
    expect(programs.map(({ peakBytes }) => peakBytes)).toEqual([1600, 3200])
  })

  it('keeps in memory what a product, a function or an output reads', async () => {
    const graph = new Graph()
    const [x, y] = [graph.input('x', [6, 6]), graph.input('y', [6, 6])]
    const sums = ops.add(ops.scale(x, 2), y)
    const nodes = [
      sums,
      ops.matmul(ops.multiply(sums, y), x),
      ops.add(ops.tanh(ops.multiply(ops.relu(x), y)), ops.scale(y, 3)),
    ]
    const program = started(chained, nodes, drawn([x, y]))
    // sums; multiply; product; multiply with relu; tanh; sum with scale.
    expect(program.kernelCalls).toBe(6)
  })

  it('computes steady steps once, also beside varying ones', async () => {
    const graph = new Graph()
    const [w, v] = [graph.input('w', [5, 5]), graph.input('v', [5, 5])]
    const steady = ops.relu(ops.add(w, ops.scale(w, 2)))
    const output = ops.add(ops.multiply(steady, v), ops.fill(v, v.shape, 2))
    const values = drawn([w, v])
    const workspace = new Workspace(chained)
    for (const [node, array] of values) workspace.write(node, array)
    const program = compile(workspace, { outputs: { output }, varying: [v] })
    expect(program.kernelCalls).toBe(1)
    program.prepare()
    workspace.write(w, new Float64Array(25))
    program.run()
    const [expected] = await valuesOf(started(apart, [output], values), [output])
    expect(await program.read('output')).toEqual(expected)
  })

  it('refuses arrays that do not fit', () => {
    const [small, large] = [chained.alloc([3]), chained.alloc([4])]
    const step = { primitive: { op: 'add' }, shape: [4], operands: [0, 1], onto: null, scale: 1, keep: 0 } as const
    expect(() => chained.chain({ inputs: [small, large], steps: [step], output: large })).toThrow(/hold 4 numbers/)
    const tanh = { ...step, primitive: { op: 'tanh' }, operands: [0] } as const
    expect(() => chained.chain({ inputs: [large], steps: [tanh], output: large })).toThrow(/tanh.*no step of a chain/)
  })
})

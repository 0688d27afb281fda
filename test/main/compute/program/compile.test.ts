import { describe, expect, it } from 'vitest'
import { Graph } from '#main/compute/graph/graph'
import { sizeOf } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { compile } from '#main/compute/program/compile'
import { Workspace } from '#main/compute/program/workspace'
import { random } from '#main/compute/rng/random'
import { interpret } from '../graph/interpreter'
import { embeddedBackend, evaluate } from '../../../helpers/evaluate'
import { expectClose } from '../../../helpers/expectClose'

describe('compile', () => {
  it('shares equal nodes', () => {
    const graph = new Graph()
    const [a, b] = [graph.input('a', [2, 2]), graph.input('b', [2, 2])]
    expect(ops.matmul(a, b)).toBe(ops.matmul(a, b))
    expect(ops.transpose(ops.transpose(a))).toBe(a)
    expect(ops.scale(ops.matmul(a, b), 2)).toBe(ops.matmul(ops.scale(a, 2), b))
  })

  it('reuses memory of values nobody needs any more', async () => {
    const graph = new Graph()
    const x = graph.input('x', [8, 8])
    let node = x
    for (let i = 0; i < 10; i++) node = ops.matmul(node, x)
    const program = compile(new Workspace(await embeddedBackend()), { outputs: { node } })
    expect(program.kernelCalls).toBe(10)
    expect(program.peakBytes).toBe(2 * 64 * 8)
  })

  it('gives the same values run after run, also with constants and reused memory', async () => {
    const graph = new Graph()
    const x = graph.input('x', [4, 6])
    const squared = ops.multiply(x, x)
    const shifted = ops.add(ops.tanh(squared), ops.fill(x, x.shape, 0.5))
    const output = ops.matmul(ops.add(shifted, ops.fill(x, x.shape, -2)), ops.relu(shifted), { transposeB: true })
    const workspace = new Workspace(await embeddedBackend())
    workspace.write(x, random(1, 'x').normal(24))
    const program = compile(workspace, { outputs: { output, squared } })
    program.run()
    const first = await program.read('output')
    program.run()
    expect(await program.read('output')).toEqual(first)
    expect(await program.read('squared')).toEqual(
      random(1, 'x')
        .normal(24)
        .map((v) => v * v),
    )
  })

  it('computes every update from the state before the run', async () => {
    // (a, b) ← (a b, b a): sequential in-place products would use the new a.
    const graph = new Graph()
    const [a, b] = [graph.input('a', [3, 3]), graph.input('b', [3, 3])]
    const workspace = new Workspace(await embeddedBackend())
    const values = [random(1, 'a').normal(9), random(1, 'b').normal(9)] as const
    workspace.write(a, values[0])
    workspace.write(b, values[1])
    const [ab, ba] = [ops.matmul(a, b), ops.matmul(b, a)]
    const program = compile(workspace, {
      updates: [
        { target: a, source: ab, keep: 0.5, scale: -1 },
        { target: b, source: ba, keep: 1, scale: 2 },
      ],
    })
    const [expectedAb, expectedBa] = await evaluate(
      [ab, ba],
      new Map([
        [a, values[0]],
        [b, values[1]],
      ]),
    )
    program.run()
    expectClose(
      await workspace.read(a),
      expectedAb!.map((v, i) => 0.5 * values[0][i]! - v),
      { rtol: 1e-14, atol: 1e-15 },
    )
    expectClose(
      await workspace.read(b),
      expectedBa!.map((v, i) => values[1][i]! + 2 * v),
      { rtol: 1e-14, atol: 1e-15 },
    )
  })

  it('writes a gradient step into the weights with one gemm', async () => {
    const graph = new Graph()
    const [w, x, y] = [graph.input('w', [2, 3]), graph.input('x', [3, 5]), graph.input('y', [2, 5])]
    const gap = ops.subtract(ops.matmul(w, x), y)
    const rate = { value: -0.1 }
    const workspace = new Workspace(await embeddedBackend())
    const draw = (name: string, shape: readonly number[]) => random(2, name).normal(sizeOf(shape))
    const [w0, x0, y0] = [draw('w', w.shape), draw('x', x.shape), draw('y', y.shape)]
    workspace.write(w, w0)
    workspace.write(x, x0)
    workspace.write(y, y0)
    const gradient = ops.matmul(gap, x, { transposeB: true })
    const program = compile(workspace, { updates: [{ target: w, source: gradient, keep: 0.9, scale: rate }] })
    expect(program.kernelCalls).toBe(3) // product, difference, update
    const [g] = await evaluate(
      [gradient],
      new Map([
        [w, w0],
        [x, x0],
        [y, y0],
      ]),
    )
    program.run()
    expectClose(
      await workspace.read(w),
      w0.map((v, i) => 0.9 * v - 0.1 * g![i]!),
      { rtol: 1e-14, atol: 1e-15 },
    )
    rate.value = 0
    workspace.write(w, w0)
    program.run()
    expectClose(
      await workspace.read(w),
      w0.map((v) => 0.9 * v),
      { rtol: 1e-15 },
    )
  })

  it('sees a reshape as the same memory, for as long as either is used', async () => {
    const graph = new Graph()
    const x = graph.input('x', [4, 6])
    const squares = ops.multiply(x, x)
    const list = ops.reshape(squares, [24])
    // The list is used after the last use of what it is a view of, and neither may be written over before.
    const output = ops.add(ops.tanh(list), ops.add(ops.reshape(ops.exp(ops.scale(squares, -1)), [24]), list))
    const workspace = new Workspace(await embeddedBackend())
    const values = random(1, 'x').normal(24)
    workspace.write(x, values)
    const program = compile(workspace, { outputs: { output } })
    expect(program.kernelCalls).toBe(5) // reshapes are none of them, the two sums share one
    program.run()
    expectClose(
      await program.read('output'),
      values.map((v) => Math.tanh(v * v) + Math.exp(-v * v) + v * v),
      { rtol: 1e-15 },
    )
  })

  it('reads a reshaped input as it was before the run, also where an update changes it', async () => {
    const graph = new Graph()
    const [a, b] = [graph.input('a', [2, 2]), graph.input('b', [4])]
    const workspace = new Workspace(await embeddedBackend())
    workspace.write(a, Float64Array.of(1, 2, 3, 4))
    workspace.write(b, Float64Array.of(5, 6, 7, 8))
    const program = compile(workspace, {
      outputs: { before: ops.reshape(a, [4]) },
      updates: [
        { target: a, source: ops.reshape(b, [2, 2]), keep: 0, scale: 1 },
        { target: b, source: ops.reshape(a, [4]), keep: 0, scale: 1 },
      ],
    })
    program.run()
    expect([...(await program.read('before'))]).toEqual([1, 2, 3, 4])
    expect([...(await workspace.read(a))]).toEqual([5, 6, 7, 8])
    expect([...(await workspace.read(b))]).toEqual([1, 2, 3, 4])
  })

  it('writes the gradient step of a convolution into its kernels', async () => {
    const graph = new Graph()
    const [x, w, y] = [graph.input('x', [3, 2, 4, 4]), graph.input('w', [5, 2, 3, 3]), graph.input('y', [3, 5, 2, 2])]
    const values = new Map([x, w, y].map((node, i) => [node, random(i, 'conv').normal(sizeOf(node.shape))]))
    const workspace = new Workspace(await embeddedBackend())
    for (const [node, data] of values) workspace.write(node, data)
    const gradient = ops.conv2dKernel(x, ops.subtract(ops.conv2d(x, w), y), [3, 3])
    const program = compile(workspace, { updates: [{ target: w, source: gradient, keep: 0.9, scale: -0.1 }] })
    expect(program.kernelCalls).toBe(3) // convolution, difference, update
    const [g] = await evaluate([gradient], values)
    program.run()
    const w0 = values.get(w)!
    expectClose(
      await workspace.read(w),
      w0.map((value, i) => 0.9 * value - 0.1 * g![i]!),
      { rtol: 1e-13, atol: 1e-13 },
    )
  })

  it('refuses numbers that are no indices where indices belong', async () => {
    const labels = new Graph().indices('labels', [3], 10)
    const workspace = new Workspace(await embeddedBackend())
    for (const wrong of [10, -1, 0.5, NaN]) {
      expect(() => workspace.write(labels, Float64Array.of(0, 9, wrong))).toThrow(/"labels".*0 to 9.*at place 2/)
    }
    workspace.write(labels, Float64Array.of(0, 9, 3))
    expect([...(await workspace.read(labels))]).toEqual([0, 9, 3])
  })

  it('adds a product to what is already there, but never to a value that something else reads', async () => {
    const graph = new Graph()
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => graph.input(name, [3, 3]))
    const [ab, cd] = [ops.matmul(a!, b!), ops.matmul(c!, d!)]
    const bias = ops.repeat(ops.sum(a!, 1), 1, 3)
    const cases = [
      { output: ops.add(ab, cd), calls: 2 },
      { output: ops.subtract(ab, cd), calls: 2 },
      { output: ops.subtract(bias, ab), calls: 3 },
      { output: ops.subtract(ops.add(ab, bias), cd), calls: 4 },
      { output: ops.add(ops.add(ab, cd), ops.tanh(ab)), calls: 4 }, // ab is read twice, so the sums stay sums, in one call
      { output: ops.add(ab, c!), calls: 2 }, // c is an input
    ]
    const values = new Map([a!, b!, c!, d!].map((node, i) => [node, random(6, `${i}`).normal(9)]))
    for (const { output, calls } of cases) {
      const workspace = new Workspace(await embeddedBackend())
      for (const [node, array] of values) workspace.write(node, array)
      const program = compile(workspace, { outputs: { output } })
      expect(program.kernelCalls).toBe(calls)
      program.run()
      expectClose(await program.read('output'), interpret([output], values)[0]!, { rtol: 1e-13, atol: 1e-14 })
    }
  })

  it('computes what varying inputs do not reach once, and the rest in every run', async () => {
    const graph = new Graph()
    const [w, x, v] = [graph.input('w', [4, 4]), graph.input('x', [4, 4]), graph.input('v', [4, 4])]
    const hidden = ops.tanh(ops.matmul(w, ops.tanh(ops.matmul(w, x))))
    const output = ops.multiply(ops.tanh(ops.matmul(hidden, v)), ops.matmul(v, ops.relu(hidden)))
    const workspace = new Workspace(await embeddedBackend())
    const draw = (name: string) => random(3, name).normal(16)
    const program = compile(workspace, { outputs: { output, hidden }, varying: [v] })
    expect(program.kernelCalls).toBe(4)
    for (const state of ['first', 'second']) {
      workspace.write(w, draw(`${state} w`))
      workspace.write(x, draw(`${state} x`))
      program.prepare()
      for (const direction of ['a', 'b', 'c']) {
        workspace.write(v, draw(direction))
        program.run()
        const inputs = new Map([
          [w, draw(`${state} w`)],
          [x, draw(`${state} x`)],
          [v, draw(direction)],
        ])
        expect([await program.read('output'), await program.read('hidden')]).toEqual(
          await evaluate([output, hidden], inputs),
        )
      }
    }
  })

  it('updates each replica with coefficients of its own, and leaves alone those that keep all and add nothing', async () => {
    const graph = new Graph()
    // Odd sizes: the parts of a stack do not fill whole vectors.
    const [w, v, s] = [graph.input('w', [3, 3, 3]), graph.input('v', [3, 3, 3]), graph.input('s', [])]
    const [keep, scale] = [graph.input('keep', [3]), graph.input('scale', [3])]
    const product = graph.apply({ op: 'batchMatmul', transposeA: false, transposeB: true, alpha: 0.5, reduce: false }, [
      w,
      w,
    ])
    const draw = (name: string) => random(7, name).normal(27)
    const start = draw('v')
    start[9] = -0
    const poisoned = draw('w')
    poisoned.fill(Infinity, 9, 18) // of the replica that is left alone
    const factors = { keep: Float64Array.of(0.5, 1, 0), scale: Float64Array.of(-2, 0, 1) }
    for (const source of [product, ops.scale(w, 3), ops.scaleBy(w, s), ops.tanh(w)]) {
      const workspace = new Workspace(await embeddedBackend())
      const given = new Map([
        [w, poisoned],
        [s, Float64Array.of(1.7)],
      ])
      for (const [node, values] of given) workspace.write(node, values)
      workspace.write(v, start)
      workspace.write(keep, factors.keep)
      workspace.write(scale, factors.scale)
      const program = compile(workspace, { updates: [{ target: v, source, keep, scale }] })
      expect(program.kernelCalls).toBe(source.primitive.op === 'tanh' ? 2 : 1)
      program.run()
      const [added] = interpret([source], given)
      const updated = await workspace.read(v)
      for (const r of [0, 2]) {
        const [from, to] = [9 * r, 9 * r + 9]
        const expected = start.map((x, i) => factors.keep[r]! * x + factors.scale[r]! * added![i]!)
        expectClose(updated.slice(from, to), expected.slice(from, to), { rtol: 1e-14, atol: 1e-15 })
      }
      expect(updated.slice(9, 18)).toEqual(start.slice(9, 18))
    }
  })

  it('takes a constant beside a coefficient for each replica, but no cell', async () => {
    const graph = new Graph()
    const [w, v, scale] = [graph.input('w', [2, 3]), graph.input('v', [2, 3]), graph.input('scale', [2])]
    const workspace = new Workspace(await embeddedBackend())
    workspace.write(w, Float64Array.of(1, 2, 3, 4, 5, 6))
    workspace.write(v, Float64Array.of(1, 1, 1, 1, 1, 1))
    workspace.write(scale, Float64Array.of(1, -1))
    compile(workspace, { updates: [{ target: v, source: w, keep: 2, scale }] }).run()
    expect([...(await workspace.read(v))]).toEqual([3, 4, 5, -2, -3, -4])
    const mixed = { target: v, source: w, keep: { value: 1 }, scale }
    expect(() => compile(workspace, { updates: [mixed] })).toThrow(/make both inputs/)
  })

  it('refuses to read an output it does not have', async () => {
    const program = compile(new Workspace(await embeddedBackend()), {})
    expect(() => program.read('nothing')).toThrow(/no output "nothing"/)
  })
})

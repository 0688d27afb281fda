import { describe, expect, it } from 'vitest'
import { Graph } from '#main/compute/graph/graph'
import type { Node } from '#main/compute/graph/node'
import * as ops from '#main/compute/graph/ops'
import { grad, jvp } from '#main/compute/graph/transforms'
import { random } from '#main/compute/rng/index'
import { evaluate } from '../../../helpers/evaluate'
import { expectClose } from '../../../helpers/expectClose'

function inputs(...shapes: readonly (readonly number[])[]): Node[] {
  const graph = new Graph()
  return shapes.map((shape, i) => graph.input(`x${i}`, shape))
}

/** A function of one list at some points, and its derivative there. */
async function at(f: (x: Node) => Node, points: readonly number[]) {
  const [x] = inputs([points.length])
  const y = f(x!)
  const one = ops.fill(x!, x!.shape, 1)
  const [value, slope] = await evaluate([y, ...jvp([y], [x!], [one])], new Map([[x!, Float64Array.from(points)]]))
  return { value: [...value!], slope: [...slope!] }
}

describe('folding', () => {
  it('computes nothing with zeros and ones', () => {
    const [x] = inputs([2, 3])
    const zero = ops.fill(x!, [2, 3], 0)
    for (const same of [ops.add(x!, zero), ops.add(zero, x!), ops.subtract(x!, zero), ops.scale(x!, 1)]) {
      expect(same).toBe(x)
    }
    for (const nothing of [ops.multiply(x!, zero), ops.scale(x!, 0), ops.reshape(ops.fill(x!, [6], 0), [2, 3])]) {
      expect(nothing).toBe(zero)
    }
    expect(ops.subtract(zero, x!)).toBe(ops.scale(x!, -1))
    expect(ops.divide(x!, ops.fill(x!, [2, 3], 2))).toBe(ops.scale(x!, 0.5))
    expect(ops.sum(ops.fill(x!, [2, 3], 2), 1)).toBe(ops.fill(x!, [2], 6))
    expect(ops.where(ops.fill(x!, [2, 3], 1), x!, zero)).toBe(x)
    expect(ops.power(x!, 2)).toBe(ops.multiply(x!, x!))
  })

  it('keeps apart constants that JSON writes alike', async () => {
    const [x] = inputs([1])
    const values = [Infinity, -Infinity, NaN, 0, -0]
    const results = await evaluate(
      values.map((value) => ops.fill(x!, [1], value)),
      new Map(),
    )
    expect(results.map(([value]) => value)).toEqual(values)
  })

  it('merges transposes and reshapes', () => {
    const [x] = inputs([2, 3, 4])
    expect(ops.transpose(ops.transpose(x!, [2, 0, 1]), [1, 2, 0])).toBe(x)
    expect(ops.reshape(ops.reshape(x!, [6, 4]), [2, 3, 4])).toBe(x)
    const [a, b] = inputs([5, 3, 2], [5, 3, 4])
    expect(ops.matmul(ops.transpose(a!, [0, 2, 1]), b!)).toBe(ops.matmul(a!, b!, { transposeA: true }))
  })

  it('turns a stack times one matrix into one product', () => {
    const [a, b] = inputs([5, 3, 2], [2, 4])
    const product = ops.matmul(a!, b!)
    expect(product.shape).toEqual([5, 3, 4])
    expect(product.primitive.op).toBe('reshape')
    expect(product.inputs[0]!.primitive.op).toBe('matmul')
  })
})

describe('kinks', () => {
  it('have the derivative that is stated', async () => {
    expect(await at(ops.relu, [-1, 0, 2])).toEqual({ value: [0, 0, 2], slope: [0, 0, 1] })
    expect(await at((x) => ops.leakyRelu(x, 0.25), [-4, 0, 2])).toEqual({ value: [-1, 0, 2], slope: [0.25, 0.25, 1] })
    expect(await at(ops.abs, [-1, 0, 2])).toEqual({ value: [1, 0, 2], slope: [-1, 0, 1] })
    expect(await at((x) => ops.clip(x, -1, 1), [-2, -1, 0.5, 1, 3])).toEqual({
      value: [-1, -1, 0.5, 1, 1],
      slope: [0, 0, 1, 0, 0],
    })
    expect(await at((x) => ops.maximum(x, ops.fill(x, x.shape, 0)), [-1, 0, 2])).toEqual({
      value: [0, 0, 2],
      slope: [0, 0, 1],
    })
  })

  it('send the derivative of a maximum to the first of equals', async () => {
    const [x] = inputs([2, 3])
    const top = ops.max(x!, 1)
    const values = new Map([[x!, Float64Array.of(1, 4, 4, 7, -Infinity, 7)]])
    const [value, slope] = await evaluate([top, ...grad(ops.total(top), [x!])], values)
    expect([...value!]).toEqual([4, 7])
    expect([...slope!]).toEqual([0, 1, 0, 1, 0, 0])
  })

  it('show NaN in a maximum', async () => {
    const [x, y] = inputs([3], [3])
    const values = new Map([
      [x!, Float64Array.of(1, NaN, 2)],
      [y!, Float64Array.of(NaN, 1, 3)],
    ])
    const [larger, largest] = await evaluate([ops.maximum(x!, y!), ops.max(x!, 0)], values)
    expect([...larger!]).toEqual([NaN, NaN, 3])
    expect([...largest!]).toEqual([NaN])
  })
})

describe('gelu', () => {
  it('is the exact form and keeps its digits in the left tail', async () => {
    // x Φ(x) in 60 digits by mpmath, rounded to doubles.
    const { value } = await at(ops.gelu, [-30.1, -3, -0.3, 0, 2.5])
    const expected = [-7.292228326137134e-198, -0.0040496940948902835, -0.1146265733433142, 0, 2.4844758366855597]
    expectClose(value, expected, { rtol: 1e-15 })
  })
})

describe('indices', () => {
  it('gather and scatter along an axis, and become one-hot targets', async () => {
    const graph = new Graph()
    const x = graph.input('x', [2, 3])
    const labels = graph.indices('labels', [4], 3)
    const values = new Map([
      [x, Float64Array.of(1, 2, 3, 4, 5, 6)],
      [labels, Float64Array.of(2, 0, 2, 1)],
    ])
    const taken = ops.gather(x, 1, labels)
    const [picked, back, hot] = await evaluate(
      [taken, ops.scatterAdd(taken, 1, labels, 3), ops.oneHot(labels, 3)],
      values,
    )
    expect([...picked!]).toEqual([3, 1, 3, 2, 6, 4, 6, 5])
    expect([...back!]).toEqual([1, 2, 6, 4, 5, 12])
    expect([...hot!]).toEqual([0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0])
  })

  it('of a mini-batch may be gathered from those of all samples', () => {
    const graph = new Graph()
    const [labels, batch] = [graph.indices('labels', [100], 3), graph.indices('batch', [8], 100)]
    expect(ops.oneHot(ops.gather(labels, 0, batch), 3).shape).toEqual([3, 8])
  })

  it('are refused where their bound does not fit, or where there is none', () => {
    const graph = new Graph()
    const [x, labels] = [graph.input('x', [3]), graph.indices('labels', [2], 4)]
    expect(() => ops.gather(x, 0, labels)).toThrow(/indices below 4 for 3 places/)
    expect(() => ops.scatterAdd(x, 0, x, 9)).toThrow(/need not be indices.*Graph.indices/)
    expect(() => ops.oneHot(labels, 3)).toThrow(/below 4 for 3/)
    expect(() => graph.indices('none', [1], 0)).toThrow(/positive integer/)
  })
})

describe('pooling', () => {
  it('averages over the whole window, padding included, and takes maxima over the image only', async () => {
    const [x] = inputs([1, 1, 2, 2])
    const options = { stride: 1, padding: 1 }
    const values = new Map([[x!, Float64Array.of(-4, -8, -12, -16)]])
    const [average, largest] = await evaluate([ops.averagePool(x!, 2, options), ops.maxPool(x!, 2, options)], values)
    expect([...average!]).toEqual([-1, -3, -2, -4, -10, -6, -3, -7, -4])
    expect([...largest!]).toEqual([-4, -4, -8, -4, -4, -8, -12, -12, -16])
  })
})

describe('normalisation', () => {
  const data = random(1, 'normalisation').normal(2 * 3 * 4)

  it('gives mean 0 and variance 1 over its axes, then gain and bias', async () => {
    const [x, gain, bias] = inputs([2, 3, 4], [3], [3])
    const values = new Map([
      [x!, data.map((value) => 1e3 + value)],
      [gain!, Float64Array.of(1, 2, 3)],
      [bias!, Float64Array.of(0, 10, 20)],
    ])
    const y = ops.batchNorm(x!, 1, { gain: gain!, bias: bias! }, { epsilon: 0 })
    const { mean, variance } = ops.moments(y, [0, 2])
    const [centre, spread] = await evaluate([mean, variance], values)
    // Deviations of numbers around 1000 lose three digits.
    expectClose(centre!, [0, 10, 20], { atol: 1e-11 })
    expectClose(spread!, [1, 4, 9], { rtol: 1e-11 })
  })

  it('uses given moments, and those of each sample', async () => {
    const [x, gain, bias] = inputs([2, 12], [12], [12])
    const ones = { gain: ops.fill(gain!, [12], 1), bias: ops.fill(bias!, [12], 0) }
    const by = { mean: ops.fill(x!, [12], 3), variance: ops.fill(x!, [12], 4) }
    const values = new Map([[x!, data]])
    const [given, own] = await evaluate(
      [ops.batchNorm(x!, 1, ones, { epsilon: 0, by }), ops.layerNorm(x!, [1], ones, { epsilon: 0 })],
      values,
    )
    expectClose(
      given!,
      data.map((value) => (value - 3) / 2),
      { rtol: 1e-14 },
    )
    const first = own!.subarray(0, 12)
    expectClose(
      first.reduce((sum, value) => sum + value, 0),
      0,
      { atol: 1e-13 },
    )
    expectClose(
      first.reduce((sum, value) => sum + value * value, 0),
      12,
      { rtol: 1e-13 },
    )
  })

  it('says which shape gain and bias must have', () => {
    const [x, gain] = inputs([2, 3], [2])
    expect(() => ops.batchNorm(x!, 1, { gain: gain!, bias: gain! })).toThrow(/\[2\], expected \[3\]/)
  })
})

describe('images', () => {
  it('that do not fit are refused with what was given', () => {
    const [x, w, y] = inputs([2, 4, 5, 5], [6, 2, 3, 3], [2, 6, 4, 4])
    expect(() => ops.conv2d(x!, w!)).toThrow(/conv2d: got \[2, 4, 5, 5\] and \[6, 2, 3, 3\].*1 equal groups/)
    expect(() => ops.conv2d(x!, w!, { groups: 2, stride: 0 })).toThrow(/stride 0, 0/)
    expect(() => ops.conv2d(x!, w!, { groups: 2, padding: 3 })).toThrow(/padded by less than the window/)
    expect(() => ops.conv2dInput(y!, w!, [5, 5], { groups: 2 })).toThrow(/results of 6 channels of 3 × 3/)
    expect(() => ops.conv2dKernel(x!, y!, [3, 3], { groups: 2 })).toThrow(/2 results of 3 × 3/)
    expect(() => ops.averagePool(x!, 6)).toThrow(/at least the window/)
    expect(() => ops.maxPool(ops.reshape(x!, [200]), 2)).toThrow(/four axes/)
  })
})

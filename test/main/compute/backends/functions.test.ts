import { describe, expect, it } from 'vitest'
import { createCpuBackend } from '#main/compute/backends/cpu/cpuBackend'
import type { Primitive } from '#main/compute/graph/primitive'
import { compute, ulps } from './reference'

const backend = await createCpuBackend({ blas: 'embedded' })

async function values(primitive: Primitive, data: Float64Array): Promise<Float64Array> {
  return compute(backend, primitive, [{ shape: [data.length], data }], [data.length])
}

/** x and Φ(x), in 60 digits by mpmath: erfc(−x / √2) / 2. */
const normal: readonly (readonly [number, number])[] = [
  [-37.5, 4.6053530095819548e-308],
  [-30.1, 2.4226672179857588e-199],
  [-20.3, 6.4292444676983463e-92],
  [-10.7, 5.088910855027318e-27],
  [-6, 9.8658764503769814e-10],
  [-5, 2.8665157187919391e-7],
  [-4.1, 2.0657506912546771e-5],
  [-3, 1.3498980316300945e-3],
  [-2.2, 0.013903447513498604],
  [-1.3, 0.096800484585610326],
  [-1, 0.15865525393145705],
  [-0.7, 0.24196365222307303],
  [-0.3, 0.38208857781104737],
  [-0.001, 0.49960105778608894],
  [-1e-10, 0.49999999996010577],
  [0, 0.5],
  [0.2, 0.57925970943910303],
  [0.9, 0.81593987465324052],
  [1.5, 0.93319279873114193],
  [2.5, 0.99379033467422386],
  [3.7, 0.99989220026652261],
  [6, 0.99999999901341235],
  [9, 1.0],
]

describe('functions of one number', () => {
  const grid = Float64Array.from({ length: 4001 }, (_, i) => (i - 2000) / 40)
  const positive = Float64Array.from({ length: 2001 }, (_, i) => 1e-6 * 1.012 ** i)

  it.each<[string, Primitive, (x: number) => number, Float64Array, number]>([
    ['exp', { op: 'exp' }, Math.exp, grid, 2],
    ['log', { op: 'log' }, Math.log, positive, 2],
    ['log1p', { op: 'log1p' }, Math.log1p, positive, 2],
    ['x^½', { op: 'power', exponent: 0.5 }, Math.sqrt, positive, 0],
    ['x^−1', { op: 'power', exponent: -1 }, (x) => 1 / x, grid, 0],
    // One root, two products and a reciprocal against two roundings.
    ['x^−5/2', { op: 'power', exponent: -2.5 }, (x) => x ** -2.5, positive, 5],
    ['x^1.7', { op: 'power', exponent: 1.7 }, (x) => x ** 1.7, positive, 2],
    ['σ', { op: 'sigmoid' }, (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))), grid, 5],
    ['softplus', { op: 'softplus' }, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), grid, 5],
  ])('%s is exact to a few ulp', async (_, primitive, f, data, allowed) => {
    const result = await values(primitive, data)
    result.forEach((value, i) => expect(ulps(value, f(data[i]!)), `at ${data[i]}`).toBeLessThanOrEqual(allowed))
  })

  it('Φ keeps all its digits far into the tail', async () => {
    const result = await values(
      { op: 'normalCdf' },
      Float64Array.from(normal, ([x]) => x),
    )
    normal.forEach(([x, expected], i) => expect(ulps(result[i]!, expected), `at ${x}`).toBeLessThanOrEqual(4))
  })

  it('have the right limits and keep NaN', async () => {
    const data = Float64Array.of(-Infinity, Infinity, NaN, -0, 0, 800, -800)
    const rows: [Primitive, number[]][] = [
      [{ op: 'exp' }, [0, Infinity, NaN, 1, 1, Infinity, 0]],
      [{ op: 'log' }, [NaN, Infinity, NaN, -Infinity, -Infinity, Math.log(800), NaN]],
      [{ op: 'log1p' }, [NaN, Infinity, NaN, -0, 0, Math.log1p(800), NaN]],
      [{ op: 'sigmoid' }, [0, 1, NaN, 0.5, 0.5, 1, 0]],
      [{ op: 'softplus' }, [0, Infinity, NaN, Math.LN2, Math.LN2, 800, 0]],
      [{ op: 'normalCdf' }, [0, 1, NaN, 0.5, 0.5, 1, 0]],
      [{ op: 'power', exponent: -1 }, [-0, 0, NaN, -Infinity, Infinity, 1 / 800, -1 / 800]],
    ]
    for (const [primitive, expected] of rows) {
      expect([primitive.op, ...(await values(primitive, data))]).toEqual([primitive.op, ...expected])
    }
  })
})

describe('choices', () => {
  const operands = [
    { shape: [6], data: Float64Array.of(1, 2, 2, NaN, 1, Infinity) },
    { shape: [6], data: Float64Array.of(2, 1, 2, 1, NaN, Infinity) },
  ]

  it('greater is 0 for equals and NaN where either is', async () => {
    expect([...(await compute(backend, { op: 'greater' }, operands, [6]))]).toEqual([0, 1, 0, NaN, NaN, 0])
  })

  it('where does not look at what it does not choose', async () => {
    const condition = { shape: [6], data: Float64Array.of(0, -3, -0, 1, 0, NaN) }
    const chosen = await compute(backend, { op: 'where' }, [condition, ...operands], [6])
    expect([...chosen]).toEqual([2, 2, 2, NaN, NaN, NaN])
  })
})

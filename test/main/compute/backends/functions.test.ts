import { describe, expect, it } from 'vitest'
import type { Backend } from '#main/compute/backends/backend'
import { createCpuBackend } from '#main/compute/backends/cpu/cpuBackend'
import type { Primitive } from '#main/compute/graph/primitive'
import { compute, PRECISIONS, precisions, ulps } from './reference'

async function values(backend: Backend, primitive: Primitive, data: Float64Array): Promise<Float64Array> {
  return compute(backend, primitive, [{ shape: [data.length], data }], [data.length])
}

/** x and Φ(x), in 60 digits by mpmath, rounded to doubles: erfc(−x / √2) / 2. */
const normal: readonly (readonly [number, number])[] = [
  [-37.5, 4.605353009581955e-308],
  [-30.1, 2.4226672179857586e-199],
  [-20.3, 6.429244467698346e-92],
  [-10.7, 5.088910855027318e-27],
  [-6, 9.86587645037698e-10],
  [-5, 2.866515718791939e-7],
  [-4.1, 2.065750691254677e-5],
  [-3, 0.0013498980316300946],
  [-2.2, 0.013903447513498604],
  [-1.3, 0.09680048458561033],
  [-1, 0.15865525393145705],
  [-0.7, 0.24196365222307303],
  [-0.3, 0.3820885778110474],
  [-0.001, 0.49960105778608893],
  [-1e-10, 0.49999999996010575],
  [0, 0.5],
  [0.2, 0.579259709439103],
  [0.9, 0.8159398746532405],
  [1.5, 0.9331927987311419],
  [2.5, 0.9937903346742238],
  [3.7, 0.9998922002665226],
  [6, 0.9999999990134123],
  [9, 1.0],
]

describe.each(precisions)('functions of one number in $dtype', async (precision) => {
  const { dtype, round } = precision
  const backend = await createCpuBackend({ dtype, blas: 'embedded' })
  const grid = Float64Array.from({ length: 4001 }, (_, i) => round((i - 2000) / 40))
  const positive = Float64Array.from({ length: 2001 }, (_, i) => round(1e-6 * 1.012 ** i))

  const near = Float64Array.from({ length: 2001 }, (_, i) => round(0.4 + 0.0008 * i))
  const aboveMinusOne = Float64Array.from({ length: 2001 }, (_, i) => round(-1 + 1e-3 * (i + 1))).filter((x) => x !== 0)
  const extremes = Float64Array.of(
    ...(dtype === 'float64' ? [5e-324, 2 ** -1022, 1e308, 1, 1e-300] : [2 ** -149, 2 ** -126, 3e38, 1, 1e-40]),
  ).map(round)

  it.each<[string, Primitive, (x: number) => number, Float64Array, number]>([
    ['exp', { op: 'exp' }, Math.exp, grid, 2],
    ['log', { op: 'log' }, Math.log, positive, 3],
    ['log1p', { op: 'log1p' }, Math.log1p, positive, 3],
    ['log around 1', { op: 'log' }, Math.log, near, 3],
    ['log1p around 0', { op: 'log1p' }, Math.log1p, aboveMinusOne, 3],
    ['log of the smallest and largest', { op: 'log' }, Math.log, extremes, 3],
    ['x^½', { op: 'power', exponent: 0.5 }, Math.sqrt, positive, 0],
    ['x^−1', { op: 'power', exponent: -1 }, (x) => 1 / x, grid, 0],
    // One root, two products and a reciprocal against two roundings.
    ['x^−5/2', { op: 'power', exponent: -2.5 }, (x) => x ** -2.5, positive, 5],
    ['x^1.7', { op: 'power', exponent: 1.7 }, (x) => x ** 1.7, positive, 2],
    ['σ', { op: 'sigmoid' }, (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))), grid, 5],
    ['softplus', { op: 'softplus' }, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), grid, 5],
  ])('%s is exact to a few ulp', async (_, primitive, f, data, allowed) => {
    const result = await values(backend, primitive, data)
    result.forEach((value, i) =>
      expect(ulps(value, round(f(data[i]!)), precision), `at ${data[i]}`).toBeLessThanOrEqual(allowed),
    )
  })

  it.each(['log', 'log1p'] as const)('%s of a number does not depend on its neighbours', async (op) => {
    const alone = await values(backend, { op }, positive)
    const among = await values(
      backend,
      { op },
      Float64Array.from({ length: 4001 }, (_, i) => positive[i / 2] ?? -2),
    )
    expect(among.filter((_, i) => i % 2 === 0)).toEqual(alone)
  })

  it('Φ keeps all its digits far into the tail', async () => {
    const exact = normal.filter(([x]) => round(x) === x)
    const points = Float64Array.from(exact, ([x]) => x)
    const result = await values(backend, { op: 'normalCdf' }, points)
    exact.forEach(([x, expected], i) => expect(ulps(result[i]!, expected, precision), `at ${x}`).toBeLessThanOrEqual(4))
  })

  it('have the right limits and keep NaN', async () => {
    const data = Float64Array.of(-Infinity, Infinity, NaN, -0, 0, 800, -800)
    const rows: [Primitive, number[]][] = [
      [{ op: 'exp' }, [0, Infinity, NaN, 1, 1, Infinity, 0]],
      [{ op: 'log' }, [NaN, Infinity, NaN, -Infinity, -Infinity, round(Math.log(800)), NaN]],
      [{ op: 'log1p' }, [NaN, Infinity, NaN, -0, 0, round(Math.log1p(800)), NaN]],
      [{ op: 'sigmoid' }, [0, 1, NaN, 0.5, 0.5, 1, 0]],
      [{ op: 'softplus' }, [0, Infinity, NaN, round(Math.LN2), round(Math.LN2), 800, 0]],
      [{ op: 'normalCdf' }, [0, 1, NaN, 0.5, 0.5, 1, 0]],
      [{ op: 'power', exponent: -1 }, [-0, 0, NaN, -Infinity, Infinity, round(1 / 800), round(-1 / 800)]],
    ]
    for (const [primitive, expected] of rows) {
      expect([primitive.op, ...(await values(backend, primitive, data))]).toEqual([primitive.op, ...expected])
    }
  })
})

it('Φ in float32 agrees with float64 over the whole axis', async () => {
  const grid = Float64Array.from({ length: 4001 }, (_, i) => Math.fround((i - 2000) / 140))
  const { float32, float64 } = PRECISIONS
  const [single, double] = await Promise.all(
    [float32, float64].map(async ({ dtype }) =>
      values(await createCpuBackend({ dtype, blas: 'embedded' }), { op: 'normalCdf' }, grid),
    ),
  )
  single!.forEach((value, i) => expect(ulps(value, double![i]!, float32), `at ${grid[i]}`).toBeLessThanOrEqual(4))
})

describe.each(precisions)('choices in $dtype', async ({ dtype }) => {
  const backend = await createCpuBackend({ dtype, blas: 'embedded' })
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

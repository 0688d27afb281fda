import { describe, expect, it } from 'vitest'
import type { Primitive } from '#main/compute/graph/primitive'
import { createCpuBackend } from '#main/compute/backends/cpu/cpuBackend'
import { compute, type HostArray, largestGap, normalArray, precisions, ulps } from './reference'

// Odd ones end in half a vector; 128 and 256 are the borders of the pairwise sum.
const lengths = [0, 1, 2, 3, 7, 8, 9, 63, 127, 128, 129, 257, 1001]

describe.each(precisions)('kernels in $dtype', async (precision) => {
  const { dtype, epsilon, round } = precision
  const backend = await createCpuBackend({ dtype, blas: 'embedded' })
  const normal = (shape: readonly number[], seed: number) => normalArray(shape, seed, precision)

  function run(primitive: Primitive, inputs: readonly HostArray[], shape: readonly number[]) {
    return compute(backend, primitive, inputs, shape)
  }

  describe('elementwise', () => {
    const unary: [Primitive, (x: number) => number][] = [
      [{ op: 'relu' }, (x) => Math.max(x, 0)],
      [{ op: 'step' }, (x) => (x > 0 ? 1 : 0)],
      [{ op: 'scale', factor: -1.75 }, (x) => -1.75 * x],
      [{ op: 'reshape', shape: [] }, (x) => x],
    ]
    it.each(unary)('$op is exact', async (primitive, f) => {
      for (const n of lengths) {
        const x = normal([n], n)
        // Adding 0 makes −0 of the reference and 0 equal.
        expect((await run(primitive, [x], [n])).map((v) => v + 0)).toEqual(x.data.map((v) => round(f(v)) + 0))
      }
    })

    const binary: [Primitive, (a: number, b: number) => number][] = [
      [{ op: 'add' }, (a, b) => a + b],
      [{ op: 'subtract' }, (a, b) => a - b],
      [{ op: 'multiply' }, (a, b) => a * b],
    ]
    it.each(binary)('$op is exact', async (primitive, f) => {
      for (const n of lengths) {
        const [a, b] = [normal([n], 1), normal([n], 2)]
        expect(await run(primitive, [a, b], [n])).toEqual(a.data.map((v, i) => round(f(v, b.data[i]!))))
      }
    })

    it('writes over its inputs where asked', async () => {
      const a = backend.alloc([5])
      backend.upload(Float64Array.of(1, -2, 3, -4, 5), a)
      backend.kernel({ primitive: { op: 'relu' }, inputs: [a], output: a, scale: 1, keep: 0 })()
      backend.kernel({ primitive: { op: 'add' }, inputs: [a, a], output: a, scale: 1, keep: 0 })()
      expect([...(await backend.download(a))]).toEqual([2, 0, 6, 0, 10])
    })

    it('keeps NaN, so that a diverged run cannot look healthy', async () => {
      const x = { shape: [3], data: Float64Array.of(NaN, Infinity, -Infinity) }
      expect([...(await run({ op: 'relu' }, [x], [3]))]).toEqual([NaN, Infinity, 0])
      expect([...(await run({ op: 'step' }, [x], [3]))]).toEqual([NaN, 1, 0])
      expect([...(await run({ op: 'tanh' }, [x], [3]))]).toEqual([NaN, 1, -1])
    })

    it('scale and scaleBy accumulate', async () => {
      const x = normal([9], 1)
      const before = normal([9], 2).data
      const expected = before.map((y, i) => 0.5 * y + -3 * 2 * x.data[i]!)
      const scaled = await compute(backend, { op: 'scale', factor: -3 }, [x], [9], { scale: 2, keep: 0.5, before })
      const s = { shape: [], data: Float64Array.of(-3) }
      const scaledBy = await compute(backend, { op: 'scaleBy' }, [s, x], [9], { scale: 2, keep: 0.5, before })
      expect(largestGap(scaled, expected)).toBeLessThan(45 * epsilon)
      expect(scaledBy).toEqual(scaled)
    })

    it('fill and scaleBy overwrite garbage', async () => {
      expect([...(await run({ op: 'fill', value: 2.5, shape: [3] }, [], [3]))]).toEqual([2.5, 2.5, 2.5])
      const s = { shape: [], data: Float64Array.of(4) }
      expect([...(await run({ op: 'scaleBy' }, [s, { shape: [1], data: Float64Array.of(2) }], [1]))]).toEqual([8])
    })
  })

  describe('tanh', () => {
    it('is within 2 ulp and odd to the bit', async () => {
      const grid = Float64Array.from({ length: 20001 }, (_, i) => round((i - 10000) / 450))
      const tiny = Float64Array.of(1e-300, 1e-20, 1e-9, 1e-5, 0.6249999, 0.625, 0.6250001, 19, 22, 50, 800, 1e300).map(
        round,
      )
      for (const data of [grid, tiny]) {
        const result = await run({ op: 'tanh' }, [{ shape: [data.length], data }], [data.length])
        const mirrored = await run({ op: 'tanh' }, [{ shape: [data.length], data: data.map((x) => -x) }], [data.length])
        // 3: two of ours, one of Math.tanh.
        result.forEach((value, i) => expect(ulps(value, Math.tanh(data[i]!), precision)).toBeLessThanOrEqual(3))
        expect(mirrored.map((x) => x + 0)).toEqual(result.map((x) => -x + 0))
      }
    })
  })

  describe('reductions', () => {
    it('total is accurate to the last digits whatever the length', async () => {
      const tenth = round(0.1)
      for (const n of [...lengths, 100_003]) {
        const x = { shape: [n], data: new Float64Array(n).fill(tenth) }
        const [sum] = await run({ op: 'total' }, [x], [])
        // log₂ n roundings of a pairwise sum; 0.1 · n itself is rounded.
        expect(Math.abs(sum! - tenth * n)).toBeLessThanOrEqual(18 * epsilon * tenth * n)
      }
    })

    it.each([
      { shape: [5, 7], axis: 0 },
      { shape: [5, 7], axis: 1 },
      { shape: [300, 3], axis: 0 },
      { shape: [3, 301], axis: 1 },
      { shape: [4, 3, 5], axis: 1 },
      { shape: [4, 3, 1], axis: 1 },
      { shape: [9], axis: 0 },
      { shape: [0, 4], axis: 0 },
    ])('sum and repeat along axis $axis of $shape', async ({ shape, axis }) => {
      const x = normal(shape, 4)
      const extent = shape[axis]!
      const reduced = shape.toSpliced(axis, 1)
      const expected = naiveSum(x, axis)
      expect(largestGap(await run({ op: 'sum', axis }, [x], reduced), expected)).toBeLessThan(450 * epsilon)
      const repeated = await run({ op: 'repeat', axis, extent }, [{ shape: reduced, data: expected }], shape)
      const inner = shape.slice(axis + 1).reduce((product, e) => product * e, 1)
      repeated.forEach((value, i) => {
        expect(value).toBe(round(expected[Math.floor(i / (inner * extent)) * inner + (i % inner)]!))
      })
    })

    it('sums a long column with compensation', async () => {
      // Each of the small numbers by itself is lost beside the first.
      const first = dtype === 'float64' ? 1e10 : 1e3
      const data = Float64Array.from({ length: 200_002 }, (_, i) => (i < 2 ? first : 1e-6))
      const result = await run({ op: 'sum', axis: 0 }, [{ shape: [100_001, 2], data }], [2])
      expect(Math.abs(result[0]! - (first + 0.1))).toBeLessThanOrEqual(epsilon * first)
    })

    it('squaredError is ½ Σ (a − b)²', async () => {
      for (const n of lengths) {
        const [a, b] = [normal([n], 1), normal([n], 2)]
        const expected = a.data.reduce((sum, v, i) => sum + 0.5 * (v - b.data[i]!) ** 2, 0)
        const [loss] = await run({ op: 'squaredError' }, [a, b], [])
        expect(Math.abs(loss! - expected)).toBeLessThanOrEqual(450 * epsilon * expected)
      }
    })
  })

  describe('layout', () => {
    it.each([
      [1, 1],
      [3, 5],
      [16, 17],
      [33, 70],
    ])('transposes %i × %i', async (rows, cols) => {
      const x = normal([rows, cols], 1)
      const y = await run({ op: 'transpose', axes: [1, 0] }, [x], [cols, rows])
      y.forEach((value, i) => expect(value).toBe(x.data[(i % rows) * cols + Math.floor(i / rows)]))
    })

    it.each([
      { shape: [6, 5], axis: 0 },
      { shape: [6, 5], axis: 1 },
      { shape: [3, 7, 40], axis: 1 },
      { shape: [9], axis: 0 },
    ])('slice and pad along axis $axis of $shape', async ({ shape, axis }) => {
      const x = normal(shape, 1)
      const [start, extent] = [1, shape[axis]! - 3]
      const cut = shape.with(axis, extent)
      const kept = await run({ op: 'slice', axis, start, extent }, [x], cut)
      const inner = shape.slice(axis + 1).reduce((product, e) => product * e, 1)
      const inside = (i: number) =>
        Math.floor(i / inner) % shape[axis]! >= 1 && Math.floor(i / inner) % shape[axis]! < 1 + extent
      expect([...kept]).toEqual([...x.data].filter((_, i) => inside(i)))
      const padded = await run({ op: 'pad', axis, before: 1, after: 2 }, [{ shape: cut, data: kept }], shape)
      expect(padded).toEqual(x.data.map((value, i) => (inside(i) ? value : 0)))
    })
  })

  describe('softmax', () => {
    it.each([
      [1, 1],
      [2, 3],
      [4, 20],
      [10, 101],
    ])('of %i × %i agrees with the definition', async (K, N) => {
      const f = normal([K, N], 1)
      const p = await run({ op: 'softmax', axis: 0 }, [f], [K, N])
      for (let j = 0; j < N; j++) {
        const column = Array.from({ length: K }, (_, k) => Math.exp(f.data[k * N + j]!))
        const mass = column.reduce((sum, e) => sum + e, 0)
        // K additions, an exponential and a division.
        column.forEach((e, k) => expect(ulps(p[k * N + j]!, e / mass, precision)).toBeLessThan(8 + K))
      }
    })

    it('bears logits that overflow or underflow', async () => {
      // e^low is subnormal.
      const low = dtype === 'float64' ? -740 : -100
      const f = { shape: [2, 3], data: Float64Array.of(1000, -1000, 0, 0, 0, low) }
      const p = await run({ op: 'softmax', axis: 0 }, [f], [2, 3])
      expect(p.slice(0, 3)).toEqual(Float64Array.of(1, 0, 1))
      expect(p[5]! / Math.exp(low)).toBeCloseTo(1, 1)
    })

    it('makes the whole column of a NaN NaN, and no other', async () => {
      const f = { shape: [3, 2], data: Float64Array.of(1, 0, NaN, 0, 2, 0) }
      const p = await run({ op: 'softmax', axis: 0 }, [f], [3, 2])
      expect([...p].map(Number.isNaN)).toEqual([true, false, true, false, true, false])
    })
  })

  describe('softmaxCrossEntropy', () => {
    it.each([
      [2, 1],
      [4, 20],
      [10, 101],
    ])('of %i × %i agrees with the definition', async (K, N) => {
      const [f, y] = [normal([K, N], 1), normal([K, N], 2)]
      const p = await run({ op: 'softmax', axis: 0 }, [f], [K, N])
      const expected = y.data.reduce((sum, value, i) => sum - value * Math.log(p[i]!), 0)
      const [loss] = await run({ op: 'softmaxCrossEntropy' }, [f, y], [])
      expect(Math.abs(loss! - expected)).toBeLessThan(4500 * epsilon)
    })

    it('keeps its digits when the fit is almost perfect', async () => {
      const f = { shape: [2, 1], data: Float64Array.of(40, 0) }
      const [loss] = await run({ op: 'softmaxCrossEntropy' }, [f, { shape: [2, 1], data: Float64Array.of(1, 0) }], [])
      expect(ulps(loss!, Math.log1p(Math.exp(-40)), precision)).toBeLessThan(3)
    })

    it('shows NaN', async () => {
      const f = { shape: [3, 1], data: Float64Array.of(1, NaN, 2) }
      const y = { shape: [3, 1], data: Float64Array.of(1, 0, 0) }
      expect([...(await run({ op: 'softmaxCrossEntropy' }, [f, y], []))]).toEqual([NaN])
    })
  })
})

function naiveSum({ shape, data }: HostArray, axis: number): Float64Array {
  const inner = shape.slice(axis + 1).reduce((product, e) => product * e, 1)
  const outer = shape.slice(0, axis).reduce((product, e) => product * e, 1)
  const result = new Float64Array(outer * inner)
  data.forEach((value, i) => {
    const to = Math.floor(i / (inner * shape[axis]!)) * inner + (i % inner)
    result[to] = result[to]! + value
  })
  return result
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Backend } from '#main/compute/backends/backend'
import {
  compute,
  type HostArray,
  largestGap,
  naiveProduct,
  normalArray,
  type Precision,
  PRECISIONS,
  precisions,
  upload,
} from './reference'
import { routes } from './routes'

interface Product {
  transposeA: boolean
  transposeB: boolean
  m: number
  n: number
  k: number
}

function operands({ transposeA, transposeB, m, n, k }: Product, precision: Precision): [HostArray, HostArray] {
  return [
    normalArray(transposeA ? [k, m] : [m, k], 1, precision),
    normalArray(transposeB ? [n, k] : [k, n], 2, precision),
  ]
}

async function gapOf(backend: Backend, product: Product, alpha: number, scale: number, keep: number) {
  const { transposeA, transposeB, m, n } = product
  const precision = PRECISIONS[backend.dtype]
  const [a, b] = operands(product, precision)
  const before = keep === 0 ? NaN : normalArray([m, n], 3, precision).data
  const primitive = { op: 'matmul', transposeA, transposeB, alpha } as const
  const result = await compute(backend, primitive, [a, b], [m, n], { scale, keep, before })
  const expected = naiveProduct(a, b, transposeA, transposeB).map(
    (value, i) => alpha * scale * value + (typeof before === 'number' ? 0 : keep * before[i]!),
  )
  return largestGap(result, expected)
}

// k products of numbers of order 1, each within half an ulp of 10 at most, in any order.
const tolerance = (k: number, { epsilon }: Precision) => 20 * (k + 2) * epsilon

describe.each(routes)('gemm: $name', ({ create, precision }) => {
  const test = create ? it : it.skip
  const open = async () => (create ? create() : Promise.reject(new Error('absent')))

  test('agrees with the definition on any shape, transposition and coefficients', async () => {
    const backend = await open()
    const extent = fc.oneof(fc.integer({ min: 0, max: 13 }), fc.integer({ min: 14, max: 67 }))
    await fc.assert(
      fc.asyncProperty(
        fc.record({ transposeA: fc.boolean(), transposeB: fc.boolean(), m: extent, n: extent, k: extent }),
        fc.constantFrom(1, -0.25),
        fc.constantFrom(1, 0.5, 0),
        fc.constantFrom(0, 1, 0.75),
        async (product, alpha, scale, keep) => {
          expect(await gapOf(backend, product, alpha, scale, keep)).toBeLessThan(tolerance(product.k, precision))
        },
      ),
      { numRuns: 400, seed: 1 },
    )
  })

  const large = [
    [97, 130, 261],
    [24, 5, 2048],
    [200, 515, 33],
    [1, 300, 300],
    [300, 1, 300],
    [7, 600, 257],
  ].flatMap(([m = 0, n = 0, k = 0]) =>
    [false, true].flatMap((transposeA) => [false, true].map((transposeB) => ({ transposeA, transposeB, m, n, k }))),
  )
  test.each(large)('agrees across block borders: $m × $n × $k, $transposeA, $transposeB', async (product) => {
    expect(await gapOf(await open(), product, 1, 1, 0.5)).toBeLessThan(tolerance(product.k, precision))
  })

  test('gives the same bits every time and at every place in memory', async () => {
    const backend = await open()
    for (const size of [3, 16, 50, 130]) {
      const [a, b] = operands({ transposeA: false, transposeB: true, m: size, n: size, k: size }, precision)
      const primitive = { op: 'matmul', transposeA: false, transposeB: true, alpha: 0.3 } as const
      const first = await compute(backend, primitive, [a, b], [size, size])
      backend.alloc([5])
      expect(await compute(backend, primitive, [a, b], [size, size])).toEqual(first)
    }
  })

  test('reads its coefficients at each run', async () => {
    const backend = await open()
    const a = upload(backend, { shape: [1, 1], data: Float64Array.of(3) })
    const output = upload(backend, { shape: [1, 1], data: Float64Array.of(100) })
    const [scale, keep] = [{ value: 2 }, { value: 0.5 }]
    const primitive = { op: 'matmul', transposeA: false, transposeB: false, alpha: 1 } as const
    const run = backend.kernel({ primitive, inputs: [a, a], output, scale, keep })
    run()
    expect([...(await backend.download(output))]).toEqual([68])
    scale.value = 1
    keep.value = 0
    run()
    expect([...(await backend.download(output))]).toEqual([9])
  })

  test('keeps working when the memory grows under bound kernels', async () => {
    const backend = await open()
    const product = { transposeA: false, transposeB: false, m: 40, n: 40, k: 40 }
    const [a, b] = operands(product, precision)
    const output = backend.alloc([40, 40])
    const primitive = { op: 'matmul', transposeA: false, transposeB: false, alpha: 1 } as const
    const inputs = [upload(backend, a), upload(backend, b)]
    const run = backend.kernel({ primitive, inputs, output, scale: 1, keep: 0 })
    run()
    const before = await backend.download(output)
    for (let i = 0; i < 5; i++) backend.alloc([3_000_000])
    run()
    expect(await backend.download(output)).toEqual(before)
  })

  test('hands NaN on and never reads what it overwrites', async () => {
    const backend = await open()
    const primitive = { op: 'matmul', transposeA: false, transposeB: false, alpha: 1 } as const
    const a: HostArray = { shape: [2, 2], data: Float64Array.of(1, NaN, 2, 3) }
    const b: HostArray = { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) }
    expect([...(await compute(backend, primitive, [a, b], [2, 2]))]).toEqual([NaN, NaN, 2, 3])
  })
})

it.each(precisions)('every route gives the same product in $dtype', async (precision) => {
  const results = []
  for (const { create } of routes.filter((route) => route.precision === precision)) {
    if (!create) continue
    const [a, b] = operands({ transposeA: true, transposeB: false, m: 60, n: 200, k: 60 }, precision)
    const primitive = { op: 'matmul', transposeA: true, transposeB: false, alpha: 1 } as const
    results.push(await compute(await create(), primitive, [a, b], [60, 200]))
  }
  for (const result of results) expect(largestGap(result, results[0]!)).toBeLessThan(tolerance(60, precision))
})

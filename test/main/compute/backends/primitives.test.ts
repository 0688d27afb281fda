import { afterAll, describe, expect, it } from 'vitest'
import { createCpuBackend } from '#main/compute/backends/cpu/cpuBackend'
import { definitionOf } from '#main/compute/graph/graph'
import { sizeOf } from '#main/compute/graph/node'
import type { Pair, Primitive } from '#main/compute/graph/primitive'
import { reference } from '../graph/interpreter'
import { compute, type HostArray, largestGap, normalArray, type Precision, precisions } from './reference'
import { routes } from './routes'

const places = (count: number, below: number): HostArray => ({
  shape: [count],
  data: Float64Array.from({ length: count }, (_, i) => (i * 7 + 3) % below),
})
const sliding = (stride: Pair, padding: Pair) => ({ stride, padding })

type KernelCase = readonly [primitive: Primitive, inputs: readonly (readonly number[] | HostArray)[]]

const products: readonly KernelCase[] = [
  ...[false, true].flatMap((reduce): KernelCase[] => [
    [
      { op: 'batchMatmul', transposeA: false, transposeB: false, alpha: 2, reduce },
      [
        [3, 4, 5],
        [3, 5, 2],
      ],
    ],
    [
      { op: 'batchMatmul', transposeA: true, transposeB: false, alpha: 1, reduce },
      [
        [2, 3, 9, 10],
        [2, 3, 9, 17],
      ],
    ],
    [
      { op: 'batchMatmul', transposeA: false, transposeB: true, alpha: -1, reduce },
      [
        [5, 33, 17],
        [5, 12, 17],
      ],
    ],
    [
      { op: 'batchMatmul', transposeA: true, transposeB: true, alpha: 1, reduce },
      [
        [2, 20, 24],
        [2, 24, 20],
      ],
    ],
  ]),
  [
    { op: 'batchMatmul', transposeA: false, transposeB: false, alpha: 1, reduce: false },
    [
      [24, 20],
      [3, 20, 24],
    ],
  ],
  [
    { op: 'batchMatmul', transposeA: true, transposeB: true, alpha: 1, reduce: false },
    [
      [3, 4, 2],
      [5, 4],
    ],
  ],
]

const convolutions: readonly KernelCase[] = (
  [
    { images: [3, 16, 8, 8], kernels: [32, 16, 3, 3], groups: 1, stride: [1, 1], padding: [1, 1] },
    { images: [2, 3, 7, 5], kernels: [4, 3, 3, 2], groups: 1, stride: [1, 1], padding: [0, 0] },
    { images: [2, 4, 9, 6], kernels: [6, 2, 3, 4], groups: 2, stride: [2, 3], padding: [2, 1] },
    { images: [2, 4, 5, 5], kernels: [4, 1, 3, 3], groups: 4, stride: [1, 2], padding: [1, 2] },
    { images: [3, 4, 3, 5], kernels: [6, 2, 1, 1], groups: 2, stride: [1, 1], padding: [0, 0] },
    { images: [2, 3, 4, 4], kernels: [5, 3, 1, 1], groups: 1, stride: [2, 2], padding: [0, 0] },
    { images: [1, 1, 1, 1], kernels: [1, 1, 3, 3], groups: 1, stride: [1, 1], padding: [1, 1] },
    { images: [2, 2, 4, 4], kernels: [3, 2, 4, 4], groups: 1, stride: [1, 1], padding: [0, 0] },
  ] as const
).flatMap(({ images, kernels, groups, stride, padding }): KernelCase[] => {
  const shared = { groups, ...sliding(stride, padding) }
  const forward = { op: 'conv2d', ...shared } as const
  const results = definitionOf(forward).shape(forward, [images, kernels])
  return [
    [forward, [images, kernels]],
    [{ op: 'conv2dInput', ...shared, image: [images[2], images[3]] }, [results, kernels]],
    [{ op: 'conv2dKernel', ...shared, window: [kernels[2], kernels[3]] }, [images, results]],
  ]
})

const pools: readonly KernelCase[] = (
  [
    { images: [2, 3, 8, 8], window: [2, 2], stride: [2, 2], padding: [0, 0] },
    { images: [2, 3, 7, 5], window: [3, 2], stride: [2, 1], padding: [1, 1] },
    { images: [1, 2, 5, 4], window: [2, 3], stride: [3, 3], padding: [0, 2] },
    { images: [1, 1, 1, 3], window: [1, 3], stride: [1, 1], padding: [0, 0] },
  ] as const
).flatMap(({ images, window, stride, padding }): KernelCase[] => {
  const pooling = { window, ...sliding(stride, padding) }
  const forward = { op: 'sumPool', ...pooling } as const
  return [
    [forward, [images]],
    [{ op: 'poolWinners', ...pooling }, [images]],
    [{ op: 'spreadPool', ...pooling, image: [images[2], images[3]] }, [definitionOf(forward).shape(forward, [images])]],
  ]
})

const others: readonly KernelCase[] = [
  ...[
    [0, 1, 2, 3],
    [1, 0],
    [0, 2, 1],
    [2, 0, 1],
    [1, 2, 0],
    [3, 1, 0, 2],
    [0, 3, 1, 2],
    [4, 2, 0, 3, 1],
    [5, 4, 3, 2, 1, 0],
    [1, 0, 3, 2, 5, 4, 6],
  ].map((axes): KernelCase => [{ op: 'transpose', axes }, [[3, 4, 2, 5, 1, 3, 2].slice(0, axes.length)]]),
  [{ op: 'gather', axis: 0 }, [[5], places(9, 5)]],
  [{ op: 'gather', axis: 1 }, [[3, 5, 7], places(4, 5)]],
  [{ op: 'gather', axis: 2 }, [[3, 5, 7], places(3, 7)]],
  [{ op: 'scatterAdd', axis: 0, extent: 4 }, [[9], places(9, 4)]],
  [{ op: 'scatterAdd', axis: 1, extent: 6 }, [[3, 5, 7], places(5, 6)]],
  [{ op: 'scatterAdd', axis: 2, extent: 2 }, [[3, 5, 7], places(7, 2)]],
  [{ op: 'oneHot', classes: 4 }, [places(7, 4)]],
  ...[0, 1, 2].flatMap((axis): KernelCase[] => [
    [{ op: 'softmax', axis }, [[3, 5, 4]]],
    [{ op: 'logSumExp', axis }, [[3, 5, 4]]],
    [{ op: 'logSumExp', axis }, [[4, 1, 7]]],
  ]),
  [{ op: 'softmax', axis: 1 }, [[3, 7]]],
  [{ op: 'softmax', axis: 1 }, [[2, 1]]],
  [{ op: 'softmaxError' }, [[4, 5], { shape: [4, 5], data: new Float64Array(20).fill(0.25) }]],
  [{ op: 'softmaxError' }, [[1, 3], { shape: [1, 3], data: new Float64Array(3).fill(1) }]],
  [{ op: 'divide' }, [[13], [13]]],
  [{ op: 'greater' }, [[13], [13]]],
  [{ op: 'where' }, [[13], [13], [13]]],
]

function arraysOf(inputs: KernelCase[1], precision: Precision): HostArray[] {
  return inputs.map((input, i) => ('data' in input ? input : normalArray(input, i + 1, precision)))
}

function titled(cases: readonly KernelCase[], precision: Precision) {
  return cases.map(([primitive, inputs]) => {
    const arrays = arraysOf(inputs, precision)
    const shapes = arrays.map(({ shape }) => `[${shape.join()}]`)
    return { name: `${JSON.stringify(primitive)} of ${shapes.join(' and ')}`, primitive, arrays }
  })
}

function shapeOf(primitive: Primitive, arrays: readonly HostArray[]): readonly number[] {
  return definitionOf(primitive).shape(
    primitive,
    arrays.map(({ shape }) => shape),
  )
}

describe.each(precisions)('kernels against their definitions in $dtype', async (precision) => {
  const backend = await createCpuBackend({ dtype: precision.dtype, blas: 'embedded' })

  it.each(titled([...pools, ...others], precision))('$name', async ({ primitive, arrays }) => {
    const shape = shapeOf(primitive, arrays)
    const result = await compute(backend, primitive, arrays, shape)
    // A dozen additions of numbers around 1.
    expect(largestGap(result, reference(primitive, arrays, shape))).toBeLessThan(45 * precision.epsilon)
  })
})

describe.each(routes)('products by $name', ({ create, precision }) => {
  const test = create ? it : it.skip
  const backend = create?.()
  afterAll(async () => (await backend)?.dispose())

  test.each(titled([...products, ...convolutions], precision))('$name', async ({ primitive, arrays }) => {
    const shape = shapeOf(primitive, arrays)
    const expected = reference(primitive, arrays, shape)
    // At most 150 products of numbers around 1, whose sum is around 12.
    expect(largestGap(await compute((await backend)!, primitive, arrays, shape), expected)).toBeLessThan(
      4500 * precision.epsilon,
    )
    if (!(await backend)!.accumulates(primitive, false)) return
    const before = normalArray(shape, 9, precision).data
    const changed = await compute((await backend)!, primitive, arrays, shape, { scale: -0.5, keep: 0.3, before })
    const updated = before.map((value, i) => 0.3 * value - 0.5 * expected[i]!)
    expect(largestGap(changed, updated)).toBeLessThan(4500 * precision.epsilon)
  })
})

describe('what would read or write beside a buffer', () => {
  it.each<[string, Primitive, number[][], number[]]>([
    [
      'a window beside the image',
      { op: 'sumPool', window: [2, 2], ...sliding([2, 2], [0, 0]) },
      [[1, 1, 4, 4]],
      [1, 1, 3, 2],
    ],
    [
      'columns of another image',
      { op: 'conv2d', groups: 1, ...sliding([1, 1], [0, 0]) },
      [
        [1, 1, 4, 4],
        [1, 1, 2, 2],
      ],
      [1, 1, 4, 4],
    ],
    [
      'channels that do not match',
      { op: 'conv2d', groups: 1, ...sliding([1, 1], [0, 0]) },
      [
        [1, 2, 4, 4],
        [1, 1, 2, 2],
      ],
      [1, 1, 3, 3],
    ],
    [
      'stacks of different length',
      { op: 'batchMatmul', transposeA: false, transposeB: false, alpha: 1, reduce: false },
      [
        [2, 3, 3],
        [4, 3, 3],
      ],
      [4, 3, 3],
    ],
    ['too few indices', { op: 'scatterAdd', axis: 0, extent: 2 }, [[3], [2]], [2]],
  ])('is refused when binding: %s', async (_, primitive, shapes, result) => {
    const backend = await createCpuBackend({ blas: 'embedded' })
    const arrays = shapes.map((shape) => ({ shape, data: new Float64Array(sizeOf(shape)) }))
    await expect(compute(backend, primitive, arrays, result)).rejects.toMatchObject({ code: 'shape' })
  })

  it('is not done for a wrong index, which shows as NaN', async () => {
    const backend = await createCpuBackend({ blas: 'embedded' })
    const wrong = { shape: [4], data: Float64Array.of(1, -1, 3, NaN) }
    const x = { shape: [3], data: Float64Array.of(10, 20, 30) }
    expect([...(await compute(backend, { op: 'gather', axis: 0 }, [x, wrong], [4]))]).toEqual([20, NaN, NaN, NaN])
    const added = await compute(backend, { op: 'scatterAdd', axis: 0, extent: 3 }, [wrong, wrong], [3])
    expect([...added]).toEqual([NaN, NaN, NaN])
    const hot = await compute(backend, { op: 'oneHot', classes: 2 }, [wrong], [2, 4])
    expect([...hot]).toEqual([0, NaN, NaN, NaN, 1, 0, 0, 0])
  })

  it('is not left to indices that float32 cannot tell apart', async () => {
    const classes = 2 ** 24 + 1
    const arrays = [{ shape: [0], data: new Float64Array(0) }]
    const [single, double] = await Promise.all(
      (['float32', 'float64'] as const).map((dtype) => createCpuBackend({ dtype, blas: 'embedded' })),
    )
    await expect(compute(single!, { op: 'oneHot', classes }, arrays, [classes, 0])).rejects.toThrow(/16777217 places/)
    expect(await compute(double!, { op: 'oneHot', classes }, arrays, [classes, 0])).toHaveLength(0)
  })
})

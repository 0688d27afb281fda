import type { Pair, Pooling, Sliding, Op } from '../../../graph/primitive'
import type { Kernel } from '../../backend'
import type { CpuBuffer } from '../buffer'
import type { Offset, Windowed } from '../wasm'
import { expectIndices, expectSize, misfit, one, ONE, two, ZERO, type CpuCall, type CpuKernel } from './kernel'

/*
 * A convolution is one product per sample and group, with the columns of the image (see assembly/convolution.ts) in
 * the scratch space: they stay in the second-level cache, and a batch needs no more memory than one image.
 */

export const conv2d: CpuKernel<'conv2d'> = {
  accumulates: true,
  bind(call, { groups, ...sliding }) {
    const [x, w] = two(call.inputs, 'conv2d')
    const sizes = convolutionSizes('conv2d', x, w, call.output, groups, sliding)
    const { samples, made, places, seen, image, result, kernel } = sizes
    const { scale, keep } = call
    const multiply = call.gemm.moving({
      transposeA: false,
      transposeB: false,
      m: made,
      n: places,
      k: seen,
      alpha: 1,
      scale,
      keep,
    })
    const columnsOf = imageColumns(call, sizes)
    const [from, kernels, to] = [x.at, w.at, call.output.at]
    return () => {
      for (let i = 0; i < samples * groups; i++) {
        multiply(kernels + (i % groups) * kernel, columnsOf(from + i * image), to + i * result)
      }
    }
  },
}

export const conv2dInput: CpuKernel<'conv2dInput'> = {
  bind(call, { groups, image: _extents, ...sliding }) {
    const [y, w] = two(call.inputs, 'conv2dInput')
    const sizes = convolutionSizes('conv2dInput', call.output, w, y, groups, sliding)
    const { samples, made, places, seen, image, result, kernel, isPointwise, windowed, channels } = sizes
    const multiply = call.gemm.moving({
      transposeA: true,
      transposeB: false,
      m: seen,
      n: places,
      k: made,
      alpha: 1,
      scale: ONE,
      keep: ZERO,
    })
    const { scratch, wasm } = call
    const { columnsToImage } = wasm
    const [from, kernels, to] = [y.at, w.at, call.output.at]
    if (isPointwise) {
      return () => {
        for (let i = 0; i < samples * groups; i++) {
          multiply(kernels + (i % groups) * kernel, from + i * result, to + i * image)
        }
      }
    }
    scratch.reserve(seen * places)
    const [height, width, high, wide, wy, wx, sy, sx, py, px] = windowed
    return () => {
      const columns = scratch.at
      for (let i = 0; i < samples * groups; i++) {
        multiply(kernels + (i % groups) * kernel, from + i * result, columns)
        columnsToImage(to + i * image, columns, channels, height, width, high, wide, wy, wx, sy, sx, py, px)
      }
    }
  },
}

export const conv2dKernel: CpuKernel<'conv2dKernel'> = {
  accumulates: true,
  bind(call, { groups, window: _extents, ...sliding }) {
    const [x, y] = two(call.inputs, 'conv2dKernel')
    const sizes = convolutionSizes('conv2dKernel', x, call.output, y, groups, sliding)
    const { samples, made, places, seen, image, result, kernel } = sizes
    const problem = { transposeA: false, transposeB: true, m: made, n: seen, k: places, alpha: 1, scale: call.scale }
    const [first, next] = [
      call.gemm.moving({ ...problem, keep: call.keep }),
      call.gemm.moving({ ...problem, keep: ONE }),
    ]
    const columnsOf = imageColumns(call, sizes)
    const [from, results, to] = [x.at, y.at, call.output.at]
    return () => {
      for (let i = 0; i < samples * groups; i++) {
        const multiply = i < groups ? first : next
        multiply(results + i * result, columnsOf(from + i * image), to + (i % groups) * kernel)
      }
    }
  },
}

interface ConvolutionSizes {
  readonly samples: number
  /** Of one group: channels of images and results, rows and columns of the matrix of columns. */
  readonly channels: number
  readonly made: number
  readonly seen: number
  readonly places: number
  /** Bytes of one group of an image, of a result, of the kernels. */
  readonly image: number
  readonly result: number
  readonly kernel: number
  /** A 1 × 1 window at every place: the image is its own matrix of columns. */
  readonly isPointwise: boolean
  /** Height and width of images, of results, then window, stride and padding. */
  readonly windowed: WindowSizes
}

type WindowSizes = readonly [
  height: number,
  width: number,
  high: number,
  wide: number,
  windowY: number,
  windowX: number,
  strideY: number,
  strideX: number,
  padY: number,
  padX: number,
]

function convolutionSizes(
  op: Op,
  x: CpuBuffer,
  w: CpuBuffer,
  y: CpuBuffer,
  groups: number,
  sliding: Sliding,
): ConvolutionSizes {
  const [samples, channels, height, width] = imageShape(op, x)
  const [made, channelsSeen, windowY, windowX] = imageShape(op, w)
  const [, , high, wide] = imageShape(op, y)
  const places = high * wide
  expectSize(op, x, samples * channelsSeen * groups * height * width)
  expectSize(op, y, samples * made * places)
  const windowed = windowSizes(op, [height, width], [high, wide], { ...sliding, window: [windowY, windowX] })
  return {
    samples,
    channels: channels / groups,
    made: made / groups,
    seen: channelsSeen * windowY * windowX,
    places,
    image: (channels / groups) * height * width * x.numberBytes,
    result: (made / groups) * places * y.numberBytes,
    kernel: (made / groups) * channelsSeen * windowY * windowX * w.numberBytes,
    isPointwise: windowed.slice(4).join() === '1,1,1,1,0,0',
    windowed,
  }
}

/** Gives the matrix of columns of the image at an offset; made in the scratch space if it is not the image itself. */
function imageColumns(
  { scratch, wasm: { imageToColumns } }: CpuCall,
  { channels, seen, places, isPointwise, windowed }: ConvolutionSizes,
): (image: Offset) => Offset {
  if (isPointwise) return (image) => image
  scratch.reserve(seen * places)
  const [height, width, high, wide, wy, wx, sy, sx, py, px] = windowed
  return (image) => {
    imageToColumns(image, scratch.at, channels, height, width, high, wide, wy, wx, sy, sx, py, px)
    return scratch.at
  }
}

export const sumPool: CpuKernel<'sumPool'> = {
  bind: (call, pooling) => pool('sumPool', call, one(call.inputs, 'sumPool'), call.output, pooling, call.wasm.sumPool),
}

export const poolWinners: CpuKernel<'poolWinners'> = {
  bind: (call, pooling) =>
    pool('poolWinners', call, one(call.inputs, 'poolWinners'), call.output, pooling, call.wasm.poolWinners),
}

export const spreadPool: CpuKernel<'spreadPool'> = {
  bind: (call, pooling) =>
    pool('spreadPool', call, call.output, one(call.inputs, 'spreadPool'), pooling, call.wasm.spreadPool),
}

function pool(op: Op, call: CpuCall, x: CpuBuffer, y: CpuBuffer, pooling: Pooling, run: Windowed): Kernel {
  const [samples, channels, height, width] = imageShape(op, x)
  const [, , high, wide] = imageShape(op, y)
  expectSize(op, y, samples * channels * high * wide)
  if (op === 'poolWinners') expectIndices(op, y, x.size)
  const sizes = windowSizes(op, [height, width], [high, wide], pooling)
  const [, , , , wy, wx, sy, sx, py, px] = sizes
  const [from, to, planes] = [one(call.inputs, op).at, call.output.at, samples * channels]
  return () => run(from, to, planes, height, width, high, wide, wy, wx, sy, sx, py, px)
}

/** Every window must touch the image, or a kernel would read beside it. */
function windowSizes(op: Op, image: Pair, result: Pair, { window, stride, padding }: Pooling): WindowSizes {
  for (const i of [0, 1] as const) {
    const last = (result[i] - 1) * stride[i] - padding[i]
    const fits =
      stride[i] >= 1 && padding[i] >= 0 && padding[i] < window[i] && last + window[i] <= image[i] + padding[i]
    if (!fits || last >= image[i]) throw misfit(op, `windows ${window.join(' × ')} do not fit ${image.join(' × ')}`)
  }
  return [...image, ...result, ...window, ...stride, ...padding]
}

function imageShape(op: Op, { shape }: CpuBuffer): readonly [number, number, number, number] {
  const [samples, channels, height, width, ...rest] = shape
  if (samples === undefined || channels === undefined || height === undefined || width === undefined || rest.length) {
    throw misfit(op, `[${shape.join(', ')}] does not have four axes`)
  }
  return [samples, channels, height, width]
}

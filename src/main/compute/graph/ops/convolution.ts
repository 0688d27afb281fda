import type { Node } from '../node'
import type { Convolution, Pair } from '../primitive'
import { pair, type Extent } from './pooling'

export interface ConvolutionOptions {
  readonly stride?: Extent
  readonly padding?: Extent
  readonly groups?: number
}

/**
 * y[n, o, p, q] = Σ_{c, i, j} x[n, c, p · stride + i − padding, q · stride + j − padding] · w[o, c, i, j], without the
 * kernel being flipped: images N × C × H × W, kernels O × C / groups × h × w. Group g of the outputs sees group g of
 * the inputs only.
 */
export function conv2d(x: Node, w: Node, options: ConvolutionOptions = {}): Node {
  return x.graph.apply({ op: 'conv2d', ...convolution(options) }, [x, w])
}

/** The transpose of conv2d with respect to images of this height and width. */
export function conv2dInput(y: Node, w: Node, image: Pair, options: ConvolutionOptions = {}): Node {
  return y.graph.apply({ op: 'conv2dInput', ...convolution(options), image }, [y, w])
}

/** The transpose of conv2d with respect to kernels of this height and width. */
export function conv2dKernel(x: Node, y: Node, window: Pair, options: ConvolutionOptions = {}): Node {
  return x.graph.apply({ op: 'conv2dKernel', ...convolution(options), window }, [x, y])
}

function convolution({ stride = 1, padding = 0, groups = 1 }: ConvolutionOptions): Convolution {
  return { stride: pair(stride), padding: pair(padding), groups }
}

import { sizeOf, type Node } from '../node'
import type { Pair, Pooling } from '../primitive'
import { scale } from './arithmetic'
import { gather } from './indexing'
import { reshape } from './layout'

/** One number stands for both directions. */
export type Extent = number | Pair

export function pair(extent: Extent): Pair {
  return typeof extent === 'number' ? [extent, extent] : extent
}

export interface PoolingOptions {
  /** The window if not given: windows side by side. */
  readonly stride?: Extent
  readonly padding?: Extent
}

/** Mean over windows of N × C × H × W. Padding counts as zeros, and the mean is always over the whole window. */
export function averagePool(x: Node, window: Extent, options: PoolingOptions = {}): Node {
  const [rows, cols] = pair(window)
  return scale(poolSum(x, pooling(window, options)), 1 / (rows * cols))
}

/** Sum over windows of N × C × H × W. */
export function poolSum(x: Node, { window, stride, padding }: Pooling): Node {
  return x.graph.apply({ op: 'sumPool', window, stride, padding }, [x])
}

/** The transpose of `poolSum`, for images of this height and width. */
export function poolSpread(x: Node, image: Pair, { window, stride, padding }: Pooling): Node {
  return x.graph.apply({ op: 'spreadPool', window, stride, padding, image }, [x])
}

/**
 * Largest element of each window of N × C × H × W, never padding. Derivatives go to the first of equals: with its place
 * fixed, pooling is a `gather`, so that derivatives of every order are gathers and scatters too.
 */
export function maxPool(x: Node, window: Extent, options: PoolingOptions = {}): Node {
  const places = poolWinners(x, window, options)
  const all = reshape(x, [sizeOf(x.shape)])
  return reshape(gather(all, 0, reshape(places, [sizeOf(places.shape)])), places.shape)
}

/** Where in the flattened images each window's largest element lies. */
export function poolWinners(x: Node, window: Extent, options: PoolingOptions = {}): Node {
  return x.graph.apply({ op: 'poolWinners', ...pooling(window, options) }, [x])
}

function pooling(window: Extent, { stride = window, padding = 0 }: PoolingOptions): Pooling {
  return { window: pair(window), stride: pair(stride), padding: pair(padding) }
}

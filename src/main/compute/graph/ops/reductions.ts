import { LabError } from '#shared/errors'
import { sizeOf, type Node, type Shape } from '../node'
import { fill, scale } from './arithmetic'
import { gather } from './indexing'
import { repeat, reshape } from './layout'
import { poolWinners } from './pooling'

/** Sum over one axis, which disappears. */
export function sum(x: Node, axis: number): Node {
  if (x.primitive.op === 'fill') return scale(fill(x, x.shape.toSpliced(axis, 1), x.primitive.value), extentAt(x, axis))
  if (x.shape[axis] === 1) return reshape(x, x.shape.toSpliced(axis, 1))
  return x.graph.apply({ op: 'sum', axis }, [x])
}

/** Sum over several axes, which disappear. Neighbouring axes are summed as one. */
export function sumOver(x: Node, axes: readonly number[]): Node {
  const kept = x.shape.filter((_, axis) => !axes.includes(axis))
  const merged = mergeRuns(x.shape, axes)
  const parts = reshape(x, merged.shape)
  return reshape(
    merged.axes.reduceRight((part, axis) => sum(part, axis), parts),
    kept,
  )
}

/** Mean over one or several axes, which disappear. */
export function mean(x: Node, axes: number | readonly number[]): Node {
  const list = typeof axes === 'number' ? [axes] : axes
  const count = list.reduce((product, axis) => product * extentAt(x, axis), 1)
  return scale(sumOver(x, list), 1 / count)
}

/** The transpose of `sumOver`: back to a shape, the same along each of the axes that were summed away. */
export function repeatOver(x: Node, axes: readonly number[], shape: Shape): Node {
  const merged = mergeRuns(shape, axes)
  const parts = reshape(
    x,
    merged.shape.filter((_, axis) => !merged.axes.includes(axis)),
  )
  // The last axis first: its runs are the shortest, and the array is still small.
  const positions = merged.axes.map((axis, i) => axis - i)
  const repeated = merged.axes.reduceRight(
    (part, axis, i) => repeat(part, positions[i] ?? 0, merged.shape[axis] ?? 0),
    parts,
  )
  return reshape(repeated, shape)
}

/** A shape in which each run of neighbouring axes, all listed or all not, is one axis; and the listed axes in it. */
function mergeRuns(shape: Shape, axes: readonly number[]): { shape: number[]; axes: number[] } {
  const runs: { extent: number; isListed: boolean }[] = []
  shape.forEach((extent, axis) => {
    const isListed = axes.includes(axis)
    const last = runs.at(-1)
    if (last?.isListed === isListed) last.extent *= extent
    else runs.push({ extent, isListed })
  })
  return {
    shape: runs.map(({ extent }) => extent),
    axes: runs.flatMap(({ isListed }, axis) => (isListed ? [axis] : [])),
  }
}

/** Sum of all elements. */
export function total(x: Node): Node {
  if (x.shape.length === 0) return x
  if (x.primitive.op === 'fill') return fill(x, [], x.primitive.value * sizeOf(x.shape))
  return x.graph.apply({ op: 'total' }, [x])
}

/** The largest element along one axis, which disappears; derivatives go to the first of equals. */
export function max(x: Node, axis: number): Node {
  return reshape(gather(flat(x), 0, flat(winners(x, axis))), x.shape.toSpliced(axis, 1))
}

/** The smallest element along one axis, which disappears; derivatives go to the first of equals. */
export function min(x: Node, axis: number): Node {
  return scale(max(scale(x, -1), axis), -1)
}

/** log Σ eˣ over one axis, which disappears. */
export function logSumExp(x: Node, axis: number): Node {
  return x.graph.apply({ op: 'logSumExp', axis }, [x])
}

/** Where in the flattened x the largest element along an axis lies, in the shape of x without that axis. */
export function winners(x: Node, axis: number): Node {
  const extent = extentAt(x, axis)
  const outer = sizeOf(x.shape.slice(0, axis))
  const inner = sizeOf(x.shape.slice(axis + 1))
  const columns = reshape(x, [outer, 1, extent, inner])
  return reshape(poolWinners(columns, [extent, 1]), x.shape.toSpliced(axis, 1))
}

/** All elements as a list. */
export function flat(x: Node): Node {
  return reshape(x, [sizeOf(x.shape)])
}

function extentAt(x: Node, axis: number): number {
  const extent = x.shape[axis]
  if (extent === undefined) throw new LabError('shape', `[${x.shape.join(', ')}] has no axis ${axis}.`)
  return extent
}

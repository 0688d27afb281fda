import { isAscending } from '#shared/comparisonAlign'
import type { CurveAxis } from '../stepAxis'

/** Where the places of a curve stand on an axis, and which of them are in sight. */
export interface Places {
  readonly positions: Float64Array
  /** A curve that turns back has no columns: it is drawn whole. */
  readonly isAscending: boolean
  /** First and one beyond the last index, with one point beyond each end of the axis. */
  readonly start: number
  readonly end: number
}

/** Places on an axis. Runs of one schedule share the array of their steps, which is placed once for all of them. */
export function placesOn(axis: Pick<CurveAxis, 'position' | 'range'>): (x: Float64Array) => Places {
  const known = new Map<Float64Array, Places>()
  return (x) => {
    const placed = known.get(x) ?? place(x, axis)
    known.set(x, placed)
    return placed
  }
}

function place(x: Float64Array, { position, range }: Pick<CurveAxis, 'position' | 'range'>): Places {
  const positions = x.map(position)
  if (!isAscending(positions)) return { positions, isAscending: false, start: 0, end: x.length }
  const beyond = positions.findIndex((at) => at > range.to)
  const start = Math.max(0, positions.findIndex((at) => at >= range.from) - 1)
  return { positions, isAscending: true, start, end: beyond < 0 ? x.length : beyond + 1 }
}

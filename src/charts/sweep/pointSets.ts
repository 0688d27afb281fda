import type { SweepPoint, SweepResults } from '#shared/contract/sweepResults'
import { sweptAxes, valueName } from './points'

/** Points of which theory says the same: they can share one picture. */
export interface PointSet {
  /** The fields that tell this set from the others: 'L = 2'. */
  readonly name: string
  readonly points: readonly SweepPoint[]
}

/** Sets of points with their names: a field tells sets apart where each of them has one value of it. */
export function namedSets(results: SweepResults, sets: readonly (readonly SweepPoint[])[]): PointSet[] {
  const telling = sweptAxes(results).filter(({ column }) =>
    sets.every((points) => new Set(points.map(({ at }) => JSON.stringify(at[column]))).size === 1),
  )
  return sets.map((points) => ({
    name: telling.map((axis) => valueName(axis, points[0]?.at[axis.column] ?? '')).join(', '),
    points,
  }))
}

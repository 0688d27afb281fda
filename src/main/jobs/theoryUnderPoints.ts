import type { SweepPoint, TheoryUnderPoints } from '#shared/contract/sweepResults'
import { checkParams, type ParamValue } from '#shared/params'
import type { SweepFigureDefinition } from '#shared/sweepFigure'
import type { TheoryFigure } from '#shared/theoryFigure'
import type { System } from '../core/system'

/** Sets of points that differ beside the parameter of the theory: each takes the theory once, and a picture of its own. */
const MOST_SETS = 12

/** A swept point with all parameters of its runs. */
export interface PointParams {
  readonly at: SweepPoint['at']
  readonly params: Readonly<Record<string, ParamValue>>
}

/**
 * The figures of the theory that figures of the sweep are drawn over, where the parameter that they vary was swept: one
 * for all points of which the theory says the same.
 *
 * @param paths of the swept fields, as `at`
 */
export function theoryUnderPoints(
  system: System,
  figures: readonly SweepFigureDefinition[],
  paths: readonly string[],
  points: readonly PointParams[],
): readonly TheoryUnderPoints[] {
  const wanted = new Set(figures.flatMap((figure) => (figure.mark === 'scatter' ? figure.theory : [])))
  const [first] = points
  if (wanted.size === 0 || !first) return []
  const columnOf = ({ x }: TheoryFigure) => paths.indexOf(`params.${x.param}`)
  const theoryOf = ({ params }: PointParams) => {
    const { values, issues } = checkParams(system.params, params)
    const drawn = issues.length > 0 ? [] : (system.theoryFigures?.(values) ?? [])
    return drawn.filter((figure) => wanted.has(figure.id) && columnOf(figure) >= 0)
  }
  return theoryOf(first).flatMap(({ id, ...figure }) => {
    const column = columnOf({ id, ...figure })
    const groups = [...Map.groupBy(points.entries(), ([, { at }]) => JSON.stringify(at.with(column, ''))).values()]
    const found = groups.slice(0, MOST_SETS).flatMap(([one, ...others]) => {
      const own = one && theoryOf(one[1]).find((candidate) => candidate.id === id)
      return own ? [{ figure: own, points: [one, ...others].map(([place]) => place) }] : []
    })
    const alike = Map.groupBy(found, ({ figure: { curves, marks } }) => JSON.stringify([curves, marks]))
    return [...alike.values()].map((same) => ({ ...same[0]!, points: same.flatMap((one) => one.points) }))
  })
}

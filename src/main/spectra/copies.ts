import { joinLevels, type CountedValue } from '#shared/joinLevels'
import { groupDegenerate } from './groupDegenerate'

/** An eigenvalue that theory predicts, and how often. */
export type PredictedLevel = CountedValue

/** How often an eigenvalue was found, beside what theory says. */
export interface CountedLevel {
  /** Mean of the values found; the predicted value where none was. */
  readonly value: number
  readonly found: number
  /** Null where no prediction was given; 0 for a value that theory does not know. */
  readonly predicted: number | null
  /** Largest distance of a found value from the predicted one, in the units of the matrix; null without a prediction. */
  readonly gap: number | null
  /** The list of eigenvalues ends inside this level, so that fewer than predicted are no contradiction. */
  readonly cut: boolean
}

/**
 * The outermost eigenvalues of one end as [value × copies], beside the predicted copies.
 *
 * A value belongs to the nearest predicted level within `width`; what belongs to none is grouped by itself. Levels
 * beyond the end of the list are left out.
 *
 * @param values the largest (or smallest) eigenvalues without a gap, in any order
 * @param options.width how far apart values of one level may be, in the units of the matrix. Default 1e-6 · max |value|
 * @param options.end which end the list is from. Default 'top'
 * @param options.complete the list holds every eigenvalue there is
 */
export function countCopies(
  values: ArrayLike<number>,
  predicted: readonly PredictedLevel[] | null,
  options: { readonly width?: number; readonly end?: 'top' | 'bottom'; readonly complete?: boolean } = {},
): CountedLevel[] {
  const largest = Array.from(values).reduce((size, value) => Math.max(size, Math.abs(value)), 0)
  const { width = 1e-6 * largest, end = 'top', complete = false } = options
  const sign = end === 'top' ? 1 : -1
  const inward = (a: { value: number }, b: { value: number }) => sign * (b.value - a.value)
  const innermost = Array.from(values).reduce((least, value) => Math.min(least, sign * value), Infinity)
  const levels = predicted && joinLevels(predicted, width)
  const members = new Map(levels?.map((level) => [level, [] as number[]]))
  const unknown: number[] = []
  for (const value of Array.from(values)) {
    const nearest = levels?.reduce<PredictedLevel | null>((best, level) => {
      const [gap, least] = [Math.abs(level.value - value), best ? Math.abs(best.value - value) : width]
      return gap <= least ? level : best
    }, null)
    if (nearest) members.get(nearest)?.push(value)
    else unknown.push(value)
  }
  const known = [...members].flatMap(([level, found]): CountedLevel[] => {
    if (found.length === 0 && !complete && sign * level.value < innermost) return []
    const gap = found.reduce((worst, value) => Math.max(worst, Math.abs(value - level.value)), 0)
    const value = found.length === 0 ? level.value : found.reduce((sum, x) => sum + x, 0) / found.length
    const cut = !complete && sign * level.value <= innermost + width
    return [{ value, found: found.length, predicted: level.copies, gap, cut }]
  })
  const groups = groupDegenerate(unknown, largest === 0 ? 0 : width / largest)
  const others = groups.map(({ value, copies }): CountedLevel => {
    const cut = !complete && sign * value <= innermost + width
    return { value, found: copies, predicted: predicted ? 0 : null, gap: null, cut }
  })
  return [...known, ...others].sort(inward)
}

import type { SweepPoint, SweepResults, SweptFieldInfo } from '#shared/contract/sweepResults'
import { paramText, type ParamValue } from '#shared/params'
import { formatNumber } from '../format'
import { plainMath } from '../mathText'

/** Over which swept fields the figures of a sweep are drawn. */
export interface SweepSelection {
  /** Path of the horizontal axis; null where nothing but the seed was swept. */
  readonly x: string | null
  /** Path of what tells curves apart, or of the vertical axis of a map; null: none. */
  readonly by: string | null
  /** Which of the sets of points a figure shows that draws what theory says of them, of `figureSets`. */
  readonly set: number
}

/** A swept field with the values that it takes, ascending where they are numbers. */
export interface SweptAxis extends SweptFieldInfo {
  readonly column: number
  readonly values: readonly ParamValue[]
}

/** Points that share their value of one or two fields. */
export interface PointGroup {
  readonly x: ParamValue
  readonly by: ParamValue | null
  readonly points: readonly SweepPoint[]
}

/** The fields that take more than one value. */
export function sweptAxes({ fields, points }: SweepResults): SweptAxis[] {
  return fields.flatMap((field, column) => {
    const values = distinct(points.map(({ at }) => at[column] ?? ''))
    return values.length > 1 ? [{ ...field, column, values }] : []
  })
}

/** The field with most values along x, the next one tells curves apart. */
export function defaultSelection(results: SweepResults): SweepSelection {
  const [x, by] = sweptAxes(results).toSorted((a, b) => b.values.length - a.values.length)
  return { x: x?.path ?? null, by: by?.path ?? null, set: 0 }
}

/** The chosen axes as they are in these results; a path that was not swept is none. */
export function chosenAxes(results: SweepResults, { x, by }: SweepSelection) {
  const axes = sweptAxes(results)
  const named = (path: string | null) => axes.find((axis) => axis.path === path) ?? null
  return { x: named(x), by: x === by ? null : named(by), others: axes.filter(({ path }) => path !== x && path !== by) }
}

/** Every pair of values with its points; pairs that no point has are left out. */
export function groupsOver(points: readonly SweepPoint[], x: SweptAxis, by: SweptAxis | null): PointGroup[] {
  return (by?.values ?? [null]).flatMap((second) =>
    x.values.flatMap((first): PointGroup[] => {
      const inside = points.filter(
        ({ at }) => isSame(at[x.column], first) && (by === null || isSame(at[by.column], second)),
      )
      return inside.length > 0 ? [{ x: first, by: second, points: inside }] : []
    }),
  )
}

/** How many of the runs of some points ended in a state, of those that trained to an end. */
export function countIn(points: readonly SweepPoint[], quantity: string, state: string) {
  const found = points.map(({ states }) => {
    const counts = states.find((one) => one.quantity === quantity)?.counts
    return counts?.find((one) => one.state === state)?.count ?? 0
  })
  return { count: sum(found), runs: sum(points.map(({ runs }) => runs)) }
}

/** Last values of a quantity over some points, those that were measured. */
export function valuesIn(points: readonly SweepPoint[], quantity: string): Float64Array {
  const parts = points.flatMap(({ values }) => values.filter((one) => one.quantity === quantity))
  return Float64Array.from(parts.flatMap((part) => [...part.values]).filter(Number.isFinite))
}

/** What the subtitle says beside the picture: what was pooled, and runs that are not in it. */
export function pointNotes(points: readonly SweepPoint[], others: readonly SweptAxis[]): string[] {
  const missing = sum(points.map((point) => point.missing))
  return [
    ...(others.length > 0 ? [`pooled over ${others.map(fieldName).join(', ')}`] : []),
    ...(missing > 0 ? [`${missing} runs without an end left out`] : []),
  ]
}

export function fieldName({ symbol, label }: SweptFieldInfo): string {
  return symbol === '' ? label : symbol
}

/** 'L = 2' */
export function valueName(axis: SweptFieldInfo, value: ParamValue): string {
  return `${plainMath(fieldName(axis))} = ${valueText(value)}`
}

export function valueText(value: ParamValue): string {
  return typeof value === 'number' ? formatNumber(value, 4) : paramText(value)
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function distinct(values: readonly ParamValue[]): ParamValue[] {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]))
  return [...byText.values()].sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : 0))
}

function isSame(a: ParamValue | undefined, b: ParamValue | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

import { isAscending } from '#shared/comparisonAlign'
import { curveLegend, legendRoom } from '../curveLegend'
import { curveNotes, curveScale, MOST_DIRECT_LABELS } from '../curves'
import { labelRoom } from '../directLabels'
import { formatNumber } from '../format'
import { baseOption, gridOption, ticksOver, yAxes, type AxisRange, type DrawnMark } from '../frame'
import type { Scale } from '../scale'
import type { CurveAxis } from '../stepAxis'
import type { ChartTheme } from '../theme'
import { crosshairTableTooltip } from '../tooltip'
import { bandSeries, bucketsFor, emptyCount, visibleRange, type BandCurve, type DrawnCount } from './bandSeries'
import { curveAxis } from './curveAxis'
import { placesOn } from './places'

export interface CurvesInput {
  readonly curves: readonly BandCurve[]
  readonly x: {
    readonly title: string
    /** In the table at the crosshair: 'step'. */
    readonly name: string
    readonly scale: Scale['kind']
    readonly isWhole: boolean
    /** The part that is drawn, in values; null for everything. */
    readonly shown: AxisRange | null
  }
  readonly y: { readonly title: string; readonly scale: Scale['kind'] }
}

/** Beyond this many a legend would be longer than the picture is high. */
export const MOST_IN_LEGEND = 16

/** Groups of runs over one axis: the middle as a line, the spread as a surface, single runs faint. */
export function bandOption(input: CurvesInput, theme: ChartTheme): DrawnMark & { readonly axis: CurveAxis } {
  const { curves } = input
  const axis = horizontalAxis(theme, input)
  const scale = verticalScale(input)
  const placesOf = placesOn(axis)
  const yRange = visibleRange(curves, placesOf, axis.range, scale)
  const count = emptyCount()
  const isLabelled = curves.length > 1 && curves.length <= MOST_DIRECT_LABELS
  const hasLegend = curves.length > MOST_DIRECT_LABELS && curves.length <= MOST_IN_LEGEND
  const plane = { x: placesOf, y: scale, yRange, index: 0, buckets: bucketsFor(curves.length) }
  const series = curves.flatMap((curve) => bandSeries(theme, curve, plane, { isLabelled, count }))
  const labels = curves.map(({ label }) => label)
  const room = hasLegend ? legendRoom(theme, labels) : isLabelled ? labelRoom(theme, labels) : 0
  const axisBreak = axis.breakMark(theme, yRange.from)
  return {
    axis,
    option: {
      ...baseOption(theme),
      grid: gridOption(theme, room),
      xAxis: axis.axes,
      yAxis: yAxes(theme, input.y.title, yRange, ticksOver(scale, yRange)),
      tooltip: crosshairTableTooltip(theme, (position) => crosshairTable(input, axis.value(position))),
      ...(hasLegend && { legend: curveLegend(theme, curves) }),
      series: [...series, ...(axisBreak ? [axisBreak] : [])],
    },
    notes: [
      ...curvesNotes(count, input, scale),
      ...(curves.length > MOST_IN_LEGEND ? [`${curves.length} curves, no legend`] : []),
    ],
  }
}

export function horizontalAxis(theme: ChartTheme, { curves, x }: CurvesInput): CurveAxis {
  const places = curves.flatMap(({ band, runs }) => [band.x, ...runs.map((run) => run.x)])
  return curveAxis(theme, x, [...new Set(places)], x.shown)
}

export function verticalScale({ curves, y }: CurvesInput): Scale {
  return curveScale(
    y.scale,
    curves.flatMap(({ band, runs }) => [band.centre, band.low, band.high, ...runs.map((run) => run.y)]),
  )
}

export function curvesNotes(count: DrawnCount, { y, curves }: CurvesInput, scale: Scale): string[] {
  const isFallback = y.scale === 'log' && scale.kind === 'linear' && curves.length > 0
  return [
    ...curveNotes(count.drawn, count.total, count.missing, scale),
    ...(count.cut > 0 && scale.kind === 'log' ? [`band reaches ≤ 0 at ${count.cut} places, cut at the axis`] : []),
    ...(isFallback ? ['no positive value: shown on a linear axis'] : []),
  ]
}

/** What every curve says at a place: its measurement there or the last before it, its spread, and n. */
export function crosshairTable({ curves, x }: CurvesInput, at: number) {
  const rows = curves.flatMap(({ name, band }) => {
    // The pointer snaps to a measured place, but its position was rounded on the way. A curve that turns back has no
    // one value at a place.
    const i = isAscending(band.x) ? band.x.findLastIndex((place) => place <= at + 1e-9 * Math.abs(at)) : -1
    const centre = band.centre[i]
    if (centre === undefined || Number.isNaN(centre)) return []
    const [low, high, n] = [band.low[i]!, band.high[i]!, band.n[i]!]
    const spread = Number.isNaN(low) ? '' : ` (${formatNumber(low, 4)} … ${formatNumber(high, 4)})`
    return [{ name, text: `${formatNumber(centre)}${spread}${n > 1 ? `, n = ${n}` : ''}` }]
  })
  return { head: `${x.name} ${formatNumber(at, x.isWhole ? 12 : 5)}`, rows }
}

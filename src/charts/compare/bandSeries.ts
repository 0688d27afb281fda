import type { CustomSeriesOption, LineSeriesOption, SeriesOption } from 'echarts'
import { isAscending } from '#shared/comparisonAlign'
import type { Band } from '#shared/comparisonSpread'
import { sparseMarkers } from '../curves'
import { endLabel } from '../directLabels'
import { downsample } from '../downsample'
import { paddedRange, positionsOf, type AxisRange } from '../frame'
import type { Scale } from '../scale'
import type { CurveAxis } from '../stepAxis'
import type { ChartTheme } from '../theme'
import type { SeriesStyle } from './seriesStyle'

/** The middle of a group with what surrounds it. */
export interface BandCurve {
  /** At the curve's end; 'λ = 0.005' is set as mathematics. */
  readonly label: string
  /** In words, for legend and table. */
  readonly name: string
  readonly style: SeriesStyle
  readonly band: Band
  /** Drawn over the middle, which stays behind it; null draws the middle alone. */
  readonly smoothed: Float64Array | null
  /** Single runs, drawn faint. */
  readonly runs: readonly { readonly x: Float64Array; readonly y: Float64Array }[]
}

/** The axes that curves stand on, and which pair of a picture with several it is. */
export interface CurvePlane {
  readonly x: CurveAxis
  readonly y: Scale
  readonly yRange: AxisRange
  readonly index: number
  /** Pixel columns that keep their extremes. */
  readonly buckets: number
}

/** Extremes of every pixel column for a few curves; of every third where so many lie on each other. */
export function bucketsFor(curves: number): number {
  return curves > 20 ? 200 : 600
}

/** What was drawn of how much. */
export interface DrawnCount {
  drawn: number
  total: number
  missing: number
  /** Places where the lower edge has no position: it reaches the foot of the axis. */
  cut: number
}

export function emptyCount(): DrawnCount {
  return { drawn: 0, total: 0, missing: 0, cut: 0 }
}

/** A curve as series, from back to front: band, runs, raw middle, drawn middle. */
export function bandSeries(
  theme: ChartTheme,
  curve: BandCurve,
  plane: CurvePlane,
  { isLabelled, count }: { readonly isLabelled: boolean; readonly count: DrawnCount },
): SeriesOption[] {
  const { style, band, smoothed, runs } = curve
  const place = axesOf(plane)
  const middle = lineData(plane, band.x, smoothed ?? band.centre, count)
  const isDense = middle.length > 30
  const base = { type: 'line', animation: false, emphasis: { disabled: true }, ...place } as const
  const faint = (y: Float64Array, x: Float64Array, opacity: number): LineSeriesOption => ({
    ...base,
    data: lineData(plane, x, y, count),
    silent: true,
    symbol: 'none',
    lineStyle: { color: style.colour, width: theme.lineWidth * 0.5, opacity, type: style.dash },
    tooltip: { show: false },
    z: 2,
  })
  const line: LineSeriesOption = {
    ...base,
    name: curve.name,
    data: middle,
    symbol: style.marker ?? 'circle',
    symbolSize: style.marker ? sparseMarkers(theme, middle.length) : theme.markerSize * 0.8,
    showSymbol: style.marker !== null || middle.length === 1 || (!isDense && runs.length === 0),
    showAllSymbol: true,
    lineStyle: { color: style.colour, width: theme.lineWidth, type: style.dash },
    itemStyle: { color: style.colour },
    labelLayout: { moveOverlap: 'shiftY' },
    ...(isLabelled && { endLabel: endLabel(theme, curve.label, style.colour) }),
    z: 3,
  }
  return [
    ...bandArea(style, band, plane, count),
    ...runs.map(({ x, y }) => faint(y, x, 0.45)),
    ...(smoothed ? [faint(band.centre, band.x, 0.55)] : []),
    line,
  ]
}

/** The vertical range of what lies inside the part of the x axis that is drawn. */
export function visibleRange(curves: readonly BandCurve[], axis: CurveAxis, scale: Scale, padding?: number): AxisRange {
  let [from, to] = [Infinity, -Infinity]
  const take = (x: Float64Array, y: Float64Array) => {
    for (let i = 0; i < x.length; i++) {
      const place = axis.position(x[i]!)
      if (!(place >= axis.range.from && place <= axis.range.to)) continue
      const position = scale.forward(y[i]!)
      if (!Number.isFinite(position)) continue
      if (position < from) from = position
      if (position > to) to = position
    }
  }
  for (const { band, smoothed, runs } of curves) {
    for (const values of [band.centre, band.low, band.high, smoothed]) if (values) take(band.x, values)
    for (const { x, y } of runs) take(x, y)
  }
  return paddedRange(from > to ? [] : [from, to], padding)
}

/** [x position, y position, x, value], thinned for drawing; only what is in sight, with one point beyond each end. */
function lineData(plane: CurvePlane, x: Float64Array, y: Float64Array, count: DrawnCount): (number | null)[][] {
  const places = x.map(plane.x.position)
  const { positions, missing } = positionsOf(plane.y, y)
  const [start, end] = visiblePart(places, plane.x.range)
  const kept = drawnIndices(places, positions, start, end, plane.buckets)
  count.drawn += kept.length
  count.total += end - start
  count.missing += missing
  return kept.map((i) => {
    const position = positions[i]!
    return [places[i]!, Number.isNaN(position) ? null : position, x[i]!, y[i]!]
  })
}

/** First and one beyond the last index; a curve that turns back is taken whole. */
function visiblePart(places: Float64Array, { from, to }: AxisRange): readonly [start: number, end: number] {
  if (!isAscending(places)) return [0, places.length]
  const beyond = places.findIndex((place) => place > to)
  const start = Math.max(0, places.findIndex((place) => place >= from) - 1)
  return [start, beyond < 0 ? places.length : beyond + 1]
}

/** Min and max per pixel column along an axis; a curve that turns back has no columns and is drawn whole. */
function drawnIndices(
  places: Float64Array,
  positions: Float64Array,
  start: number,
  end: number,
  buckets: number,
): number[] {
  if (!isAscending(places)) return Array.from(places.keys())
  return downsample(places.subarray(start, end), positions.subarray(start, end), buckets).map((i) => i + start)
}

/** The surface between the edges, one polygon for each stretch without a gap. */
function bandArea(style: SeriesStyle, band: Band, plane: CurvePlane, count: DrawnCount): CustomSeriesOption[] {
  if (band.low.every(Number.isNaN)) return []
  const places = band.x.map(plane.x.position)
  const [low, high] = [positionsOf(plane.y, band.low).positions, positionsOf(plane.y, band.high).positions]
  const [start, end] = visiblePart(places, plane.x.range)
  // The edges have extremes of their own, which thinning must keep.
  const kept = new Set([
    ...drawnIndices(places, low, start, end, plane.buckets),
    ...drawnIndices(places, high, start, end, plane.buckets),
  ])
  const stretches: [x: number, low: number, high: number][][] = []
  let open = false
  for (const i of [...kept].sort((a, b) => a - b)) {
    const isPresent = Number.isFinite(high[i]!) && !Number.isNaN(band.low[i]!) && Number.isFinite(places[i]!)
    if (!isPresent) {
      open = false
      continue
    }
    if (Number.isNaN(low[i]!)) count.cut++
    const foot = Number.isNaN(low[i]!) ? plane.yRange.from : low[i]!
    if (!open) stretches.push([])
    open = true
    stretches.at(-1)!.push([places[i]!, foot, high[i]!])
  }
  if (stretches.length === 0) return []
  return [
    {
      type: 'custom',
      ...axesOf(plane),
      data: stretches.map(([first]) => [first![0], first![2]]),
      renderItem: ({ dataIndex }, api) => {
        const stretch = stretches[dataIndex]!
        const upper = stretch.map(([x, , top]) => api.coord([x, top]))
        const lower = stretch.map(([x, bottom]) => api.coord([x, bottom])).reverse()
        return {
          type: 'polygon',
          shape: { points: [...upper, ...lower] },
          style: { fill: style.colour, opacity: 0.18 },
        }
      },
      clip: true,
      silent: true,
      tooltip: { show: false },
      animation: false,
      z: 1,
    },
  ]
}

/** Every plane has two horizontal and two vertical axes: labelled ticks and minor ticks. */
function axesOf({ index }: CurvePlane) {
  return { xAxisIndex: 2 * index, yAxisIndex: 2 * index }
}

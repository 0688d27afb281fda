import type { CustomSeriesOption, LineSeriesOption, SeriesOption } from 'echarts'
import type { Band } from '#shared/comparisonSpread'
import { sparseMarkers, withPoints, type LinePoints } from '../curves'
import { endLabel } from '../directLabels'
import { downsample } from '../downsample'
import { paddedRange, positionsOf, type AxisRange } from '../frame'
import type { Scale } from '../scale'
import type { ChartTheme } from '../theme'
import type { Places } from './places'
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
  readonly x: (x: Float64Array) => Places
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
  const { colour, dash, marker } = style
  const middle = linePoints(plane, band.x, smoothed ?? band.centre, count)
  const base = { type: 'line', animation: false, emphasis: { disabled: true }, ...axesOf(plane) } as const
  const faint = (y: Float64Array, x: Float64Array, opacity: number): LineSeriesOption =>
    withPoints(linePoints(plane, x, y, count), {
      ...base,
      silent: true,
      symbol: 'none',
      lineStyle: { color: colour, width: theme.lineWidth * 0.5, opacity, type: dash },
      tooltip: { show: false },
      z: 2,
    })
  const line: LineSeriesOption = withPoints(middle, {
    ...base,
    name: curve.name,
    symbol: marker ?? 'circle',
    symbolSize: theme.markerSize * 0.8,
    showSymbol: marker === null && (middle.x.length === 1 || (middle.x.length <= 30 && runs.length === 0)),
    showAllSymbol: true,
    lineStyle: { color: colour, width: theme.lineWidth, type: dash },
    itemStyle: { color: colour },
    labelLayout: { moveOverlap: 'shiftY' },
    ...(isLabelled && { endLabel: endLabel(theme, curve.label, colour) }),
    z: 3,
  })
  return [
    ...bandArea(style, band, plane, count),
    ...runs.map(({ x, y }) => faint(y, x, 0.45)),
    ...(smoothed ? [faint(band.centre, band.x, 0.55)] : []),
    line,
    ...(marker ? [{ ...sparseMarkers(theme, { name: curve.name, marker, colour }, middle), ...axesOf(plane) }] : []),
  ]
}

/** The vertical range of what lies inside the part of the x axis that is drawn. */
export function visibleRange(
  curves: readonly BandCurve[],
  placesOf: CurvePlane['x'],
  shown: AxisRange,
  scale: Scale,
  padding?: number,
): AxisRange {
  // A scale never falls, so only what lies outside the values so far can move the range.
  let [least, most] = [Infinity, -Infinity]
  const take = (x: Float64Array, y: Float64Array) => {
    const { positions, start, end } = placesOf(x)
    for (let i = start; i < end; i++) {
      const value = y[i]!
      if (Number.isNaN(value) || (value >= least && value <= most)) continue
      if (!(positions[i]! >= shown.from && positions[i]! <= shown.to) || !Number.isFinite(scale.forward(value)))
        continue
      if (value < least) least = value
      if (value > most) most = value
    }
  }
  for (const { band, smoothed, runs } of curves) {
    for (const values of [band.centre, band.low, band.high, smoothed]) if (values) take(band.x, values)
    for (const { x, y } of runs) take(x, y)
  }
  return paddedRange(least > most ? [] : [scale.forward(least), scale.forward(most)], padding)
}

/** A line thinned for drawing; only what is in sight, with one point beyond each end. */
function linePoints(plane: CurvePlane, x: Float64Array, y: Float64Array, count: DrawnCount): LinePoints {
  const places = plane.x(x)
  const { positions, missing } = positionsOf(plane.y, y)
  const kept = drawnIndices(places, positions, plane.buckets)
  count.drawn += kept.length
  count.total += places.end - places.start
  count.missing += missing
  return { x: Float64Array.from(kept, (i) => places.positions[i]!), y: Float64Array.from(kept, (i) => positions[i]!) }
}

/** Min and max per pixel column along an axis; a curve that turns back has no columns. */
function drawnIndices({ positions, isAscending, start, end }: Places, values: Float64Array, buckets: number): number[] {
  if (!isAscending) return Array.from(positions.keys())
  return downsample(positions.subarray(start, end), values.subarray(start, end), buckets).map((i) => i + start)
}

/** The surface between the edges, one polygon for each stretch without a gap. */
function bandArea(style: SeriesStyle, band: Band, plane: CurvePlane, count: DrawnCount): CustomSeriesOption[] {
  if (band.low.every(Number.isNaN)) return []
  const places = plane.x(band.x)
  const [low, high] = [positionsOf(plane.y, band.low).positions, positionsOf(plane.y, band.high).positions]
  // The edges have extremes of their own, which thinning must keep.
  const kept = new Set([...drawnIndices(places, low, plane.buckets), ...drawnIndices(places, high, plane.buckets)])
  const stretches: [x: number, low: number, high: number][][] = []
  let open = false
  for (const i of [...kept].sort((a, b) => a - b)) {
    const place = places.positions[i]!
    const isPresent = Number.isFinite(high[i]!) && !Number.isNaN(band.low[i]!) && Number.isFinite(place)
    if (!isPresent) {
      open = false
      continue
    }
    if (Number.isNaN(low[i]!)) count.cut++
    const foot = Number.isNaN(low[i]!) ? plane.yRange.from : low[i]!
    if (!open) stretches.push([])
    open = true
    stretches.at(-1)!.push([place, foot, high[i]!])
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

import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import type { TheoryFigure } from '#shared/theoryFigure'
import { curveNotes, curveScale } from './curves'
import { endLabel, labelRoom } from './directLabels'
import { formatNumber } from './format'
import { baseOption, gridOption, paddedRange, ticksOver, xAxes, yAxes, type DrawnMark } from './frame'
import { aside } from './intervalOption'
import { kindLegend } from './kindLegend'
import type { Scale } from './scale'
import type { ChartTheme } from './theme'
import { thresholdMarks } from './thresholdMarks'
import { itemTooltip } from './tooltip'
import type { SeriesStyle } from './compare/seriesStyle'

export interface ScatterInput {
  readonly points: readonly {
    readonly x: number
    readonly y: number
    readonly style: Pick<SeriesStyle, 'colour' | 'marker'>
    /** What the point is, in words. */
    readonly name: string
    /** Points of one kind stand side by side with those of the others, and a legend names them; absent: all alike. */
    readonly kind?: string
  }[]
  /** Predictions over x, dashed in the text colour; dotted where training cannot end. */
  readonly theory: readonly {
    readonly label: string
    readonly x: readonly number[]
    readonly y: Float64Array
    readonly unstable?: boolean
  }[]
  /** Thresholds of the theory on the x axis. */
  readonly marks?: TheoryFigure['marks']
  readonly x: { readonly title: string; readonly scale: Scale['kind'] }
  readonly y: { readonly title: string; readonly scale: Scale['kind'] }
}

/** One point for each run: a number of the run against one of its settings, with the theory over it. */
export function scatterOption({ points, theory, marks = [], x, y }: ScatterInput, theme: ChartTheme): DrawnMark {
  const xScale = curveScale(x.scale, [Float64Array.from(points, (point) => point.x)])
  const yScale = curveScale(y.scale, [Float64Array.from(points, (point) => point.y)])
  const lines = theory.map((curve) => ({
    label: curve.label,
    dash: curve.unstable ? [1, 3] : [4, 3],
    data: curve.x.map((value, i) => [xScale.forward(value), yScale.forward(curve.y[i]!)]),
  }))
  const dots = points.map((point) => ({ ...point, place: [xScale.forward(point.x), yScale.forward(point.y)] }))
  const drawn = dots.filter(({ place }) => place.every(Number.isFinite))
  const places = [...drawn.map(({ place }) => place), ...lines.flatMap(({ data }) => data)]
  const rangeOf = (axis: 0 | 1, padding: number) =>
    paddedRange(places.map((place) => place[axis]!).filter(Number.isFinite), padding)
  const [xRange, yRange] = [rangeOf(0, 0.04), rangeOf(1, 0.06)]
  const curves = lines.map(({ label, dash, data }): LineSeriesOption => ({
    type: 'line',
    name: label,
    data: data.map(([at, position]) => [at!, Number.isFinite(position) ? position! : null]),
    symbol: 'none',
    silent: true,
    lineStyle: { type: dash, color: theme.text, width: theme.lineWidth * 0.75 },
    itemStyle: { color: theme.text },
    endLabel: endLabel(theme, label, theme.text),
    labelLayout: { moveOverlap: 'shiftY' },
    z: 2,
  }))
  const kinds = [...new Set(drawn.map(({ kind }) => kind ?? ''))]
  const clouds = kinds.map((kind, i): ScatterSeriesOption => {
    const own = drawn.filter((point) => (point.kind ?? '') === kind)
    return {
      type: 'scatter',
      name: kind,
      data: own.map(({ place: [at, position], style, name, ...point }) => ({
        value: [at! + aside(i, kinds.length, xRange), position!],
        name: `${name}\n${formatNumber(point.x)}, ${formatNumber(point.y)}`,
        symbol: style.marker ?? 'circle',
        itemStyle: { color: style.colour, opacity: drawn.length > 200 ? 0.6 : 0.9 },
      })),
      symbol: own[0]!.style.marker ?? 'circle',
      itemStyle: { color: own[0]!.style.colour },
      symbolSize: theme.markerSize * 1.4,
      z: 3,
    }
  })
  const thresholds = thresholdMarks(theme, marks, xScale, xRange)
  const named = kinds.filter(Boolean)
  const legendRoom = named.length > 0 ? theme.tickSize * 1.6 : 0
  const room = labelRoom(
    theme,
    lines.map(({ label }) => label),
  )
  const top = legendRoom + thresholds.room
  return {
    option: {
      ...baseOption(theme),
      grid: { ...gridOption(theme, room), ...(top > 0 && { top }) },
      ...(named.length > 0 && { legend: kindLegend(theme, named, null) }),
      xAxis: xAxes(theme, x.title, xRange, ticksOver(xScale, xRange)),
      yAxis: yAxes(theme, y.title, yRange, ticksOver(yScale, yRange)),
      tooltip: itemTooltip(theme),
      series: [...curves, ...clouds, ...(marks.length > 0 ? [thresholds.series] : [])],
    },
    notes: curveNotes(points.length, points.length, points.length - drawn.length, yScale),
  }
}

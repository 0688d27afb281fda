import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import { curveNotes, curveScale } from '../curves'
import { endLabel, labelRoom } from '../directLabels'
import { formatNumber } from '../format'
import { baseOption, gridOption, paddedRange, ticksOver, xAxes, yAxes, type DrawnMark } from '../frame'
import type { Scale } from '../scale'
import type { ChartTheme } from '../theme'
import { itemTooltip } from '../tooltip'
import type { SeriesStyle } from './seriesStyle'

export interface ScatterInput {
  readonly points: readonly {
    readonly x: number
    readonly y: number
    readonly style: SeriesStyle
    /** What the point is, in words. */
    readonly name: string
  }[]
  /** Predictions over x, dashed in the text colour. */
  readonly theory: readonly { readonly label: string; readonly x: readonly number[]; readonly y: Float64Array }[]
  readonly x: { readonly title: string; readonly scale: Scale['kind'] }
  readonly y: { readonly title: string; readonly scale: Scale['kind'] }
}

/** One point for each run: a number of the run against one of its settings, with the theory over it. */
export function scatterOption({ points, theory, x, y }: ScatterInput, theme: ChartTheme): DrawnMark {
  const xScale = curveScale(x.scale, [Float64Array.from(points, (point) => point.x)])
  const yScale = curveScale(y.scale, [Float64Array.from(points, (point) => point.y)])
  const lines = theory.map((curve) => ({
    label: curve.label,
    data: curve.x.map((value, i) => [xScale.forward(value), yScale.forward(curve.y[i]!)]),
  }))
  const dots = points.map((point) => ({ ...point, place: [xScale.forward(point.x), yScale.forward(point.y)] }))
  const drawn = dots.filter(({ place }) => place.every(Number.isFinite))
  const places = [...drawn.map(({ place }) => place), ...lines.flatMap(({ data }) => data)]
  const rangeOf = (axis: 0 | 1, padding: number) =>
    paddedRange(places.map((place) => place[axis]!).filter(Number.isFinite), padding)
  const [xRange, yRange] = [rangeOf(0, 0.04), rangeOf(1, 0.06)]
  const curves = lines.map(({ label, data }): LineSeriesOption => ({
    type: 'line',
    name: label,
    data: data.map(([at, position]) => [at!, Number.isFinite(position) ? position! : null]),
    symbol: 'none',
    silent: true,
    lineStyle: { type: [4, 3], color: theme.text, width: theme.lineWidth * 0.75 },
    itemStyle: { color: theme.text },
    endLabel: endLabel(theme, label, theme.text),
    labelLayout: { moveOverlap: 'shiftY' },
    z: 2,
  }))
  const cloud: ScatterSeriesOption = {
    type: 'scatter',
    data: drawn.map(({ place, style, name, ...point }) => ({
      value: place,
      name: `${name}\n${formatNumber(point.x)}, ${formatNumber(point.y)}`,
      symbol: style.marker ?? 'circle',
      itemStyle: { color: style.colour, opacity: drawn.length > 200 ? 0.6 : 0.9 },
    })),
    symbolSize: theme.markerSize * 1.4,
    z: 3,
  }
  const room = labelRoom(
    theme,
    lines.map(({ label }) => label),
  )
  return {
    option: {
      ...baseOption(theme),
      grid: gridOption(theme, room),
      xAxis: xAxes(theme, x.title, xRange, ticksOver(xScale, xRange)),
      yAxis: yAxes(theme, y.title, yRange, ticksOver(yScale, yRange)),
      tooltip: itemTooltip(theme),
      series: [...curves, cloud],
    },
    notes: curveNotes(points.length, points.length, points.length - drawn.length, yScale),
  }
}

import type { GridComponentOption, LineSeriesOption, XAXisComponentOption, YAXisComponentOption } from 'echarts'
import { axisName, brokenTitle, textWidth, type AxisRange } from './frame'
import type { Ticks } from './scale'
import type { ChartTheme } from './theme'

export interface ColourBarInput {
  readonly title: string
  /** Positions at the lower and the upper end of the map. */
  readonly range: AxisRange
  readonly ticks: Ticks
  readonly map: readonly string[]
  /** px kept free above and below, the same as those of the plot. */
  readonly top: number
  readonly bottom: number
  /** Places among the grids and axes of the chart. */
  readonly gridIndex: number
  readonly xAxisIndex: number
  readonly yAxisIndex: number
}

/** A colour map with ticks and a title, right of a plot whose own right edge is `room` px from that of the picture. */
export interface ColourBar {
  readonly room: number
  readonly grid: GridComponentOption
  readonly xAxis: XAXisComponentOption
  readonly yAxis: YAXisComponentOption
  readonly series: LineSeriesOption
}

export function colourBar(theme: ChartTheme, input: ColourBarInput): ColourBar {
  const { range, ticks, top, bottom, gridIndex } = input
  const { tickSize, labelSize } = theme
  const title = brokenTitle(input.title, 'y')
  const titleWidth = labelSize * (title.includes('\n') ? 3.2 : 1.9)
  const right = tickSize * 1.4 + Math.max(0, ...ticks.major.map((t) => textWidth(t.label, tickSize))) + titleWidth
  const width = tickSize
  const positions = ticks.major.map((tick) => tick.position)
  const labels = new Map(ticks.major.map((tick) => [tick.position, tick.label]))
  const stroke = { color: theme.quiet, width: theme.axisWidth }
  return {
    room: right + width + tickSize,
    grid: { outerBoundsMode: 'none', top, bottom, right, width, borderWidth: 0 },
    xAxis: { type: 'value', gridIndex, min: 0, max: 1, show: false },
    yAxis: {
      type: 'value',
      gridIndex,
      position: 'right',
      min: range.from,
      max: range.to,
      ...axisName(theme, title),
      nameRotate: 90,
      nameGap: labelSize * 0.6,
      axisLine: { show: true, lineStyle: stroke },
      axisTick: { show: true, length: tickSize * 0.35, lineStyle: stroke, customValues: positions },
      axisLabel: {
        color: theme.text,
        fontSize: tickSize,
        customValues: positions,
        hideOverlap: true,
        formatter: (position: number) => labels.get(position) ?? '',
      },
      splitLine: { show: false },
    },
    series: gradient(input),
  }
}

/** The map as one gradient from the bottom to the top of its own small plot. */
function gradient({ range, map, xAxisIndex, yAxisIndex }: ColourBarInput): LineSeriesOption {
  return {
    type: 'line',
    xAxisIndex,
    yAxisIndex,
    data: [
      [0, range.to],
      [1, range.to],
    ],
    symbol: 'none',
    silent: true,
    lineStyle: { width: 0 },
    itemStyle: { color: map[0]! },
    areaStyle: {
      origin: 'start',
      opacity: 1,
      color: {
        type: 'linear',
        x: 0,
        y: 1,
        x2: 0,
        y2: 0,
        colorStops: map.map((color, i) => ({ offset: i / (map.length - 1), color })),
      },
    },
  }
}

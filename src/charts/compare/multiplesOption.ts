import type { GridComponentOption, ScatterSeriesOption, XAXisComponentOption, YAXisComponentOption } from 'echarts'
import { curveScale } from '../curves'
import { axisName, baseOption, brokenTitle, textWidth, ticksOver, yAxes, type DrawnMark } from '../frame'
import { mathStyles, richMath } from '../mathText'
import type { ChartTheme } from '../theme'
import { itemTooltip } from '../tooltip'
import { curvesNotes, horizontalAxis, type CurvesInput } from './bandOption'
import { bandSeries, bucketsFor, emptyCount, visibleRange, type BandCurve } from './bandSeries'
import { placesOn } from './places'

export interface MultiplesInput extends Pick<CurvesInput, 'x' | 'y'> {
  readonly rows: number
  readonly columns: number
  /** px, about: the shares of the picture that titles and labels take are judged by it. */
  readonly picture: { readonly width: number; readonly height: number }
  /** Row by row from the top. */
  readonly cells: readonly { readonly title: string; readonly curves: readonly BandCurve[] }[]
}

const BARE = {
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { show: false },
  axisPointer: { show: false },
  splitLine: { show: false },
} as const

/** Small curves in rows and columns, all on the same axes; titles stand at the outer edges. */
export function multiplesOption(input: MultiplesInput, theme: ChartTheme): DrawnMark {
  const { rows, columns, cells } = input
  const all = { ...input, curves: cells.flatMap((cell) => cell.curves) }
  const axis = horizontalAxis(theme, all)
  const scale = curveScale(
    input.y.scale,
    all.curves.flatMap(({ band }) => [band.centre, band.low, band.high]),
  )
  const placesOf = placesOn(axis)
  const yRange = visibleRange(all.curves, placesOf, axis.range, scale, 0.08)
  const ticks = ticksOver(scale, yRange, 3)
  const count = emptyCount()
  const { tickSize, labelSize } = theme
  const left = labelSize * 2 + tickSize + Math.max(0, ...ticks.major.map((tick) => textWidth(tick.label, tickSize)))
  const bottom = labelSize * 2 + tickSize * 1.2
  const share = { left: (100 * left) / input.picture.width, bottom: (100 * bottom) / input.picture.height }
  // Above every cell its title, right of it a little air.
  const title = (100 * tickSize * 1.5) / input.picture.height
  const [width, height] = [(98 - share.left) / columns, (99 - share.bottom) / rows]
  const cellGrids = cells.map((_, i): GridComponentOption => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    return {
      left: `${share.left + column * width}%`,
      top: `${row * height + title}%`,
      width: `${width - 1.5}%`,
      height: `${height - title - 1.5}%`,
      outerBoundsMode: 'none',
    }
  })
  // One plot behind all others bears the titles of the axes, each in the middle of its side.
  const whole: GridComponentOption = {
    left: `${share.left}%`,
    top: `${title}%`,
    right: '2%',
    bottom: `${share.bottom}%`,
    outerBoundsMode: 'none',
  }
  const isOuter = (i: number) => ({ left: i % columns === 0, bottom: i >= (rows - 1) * columns })
  const unnamed = { name: '' } as const
  const xAxis = cells.flatMap((_, i): XAXisComponentOption[] =>
    axis.axes.map((option) => ({
      ...option,
      ...unnamed,
      gridIndex: i,
      ...(!isOuter(i).bottom && { axisLabel: { show: false } }),
    })),
  )
  const yAxis = cells.flatMap((_, i): YAXisComponentOption[] =>
    yAxes(theme, '', yRange, ticks).map((option) => ({
      ...option,
      ...unnamed,
      gridIndex: i,
      ...(!isOuter(i).left && { axisLabel: { show: false } }),
    })),
  )
  const titleAxis = { type: 'value', min: 0, max: 1, gridIndex: cells.length, ...BARE } as const
  xAxis.push({ ...titleAxis, ...axisName(theme, input.x.title), nameGap: tickSize * 2 })
  yAxis.push({ ...titleAxis, ...axisName(theme, brokenTitle(input.y.title, 'y')), nameGap: left - labelSize * 2 })
  const series = cells.flatMap(({ title, curves }, index) => {
    const plane = { x: placesOf, y: scale, yRange, index, buckets: bucketsFor(all.curves.length) }
    const axisBreak = axis.breakMark(theme, yRange.from)
    return [
      ...curves.flatMap((curve) => bandSeries(theme, curve, plane, { isLabelled: false, count })),
      cellTitle(theme, title, axis.range.from, yRange.to, index),
      ...(axisBreak ? [{ ...axisBreak, xAxisIndex: 2 * index, yAxisIndex: 2 * index }] : []),
    ]
  })
  return {
    option: { ...baseOption(theme), grid: [...cellGrids, whole], xAxis, yAxis, tooltip: itemTooltip(theme), series },
    notes: curvesNotes(count, all, scale),
  }
}

/** The title above the upper left corner. */
function cellTitle(theme: ChartTheme, title: string, x: number, y: number, index: number): ScatterSeriesOption {
  return {
    type: 'scatter',
    xAxisIndex: 2 * index,
    yAxisIndex: 2 * index,
    data: [[x, y]],
    symbolSize: 0,
    silent: true,
    clip: false,
    label: {
      show: true,
      position: [0, -theme.tickSize * 1.3],
      formatter: richMath(title),
      color: theme.text,
      fontSize: theme.tickSize,
      rich: mathStyles(theme.fontFamily, theme.tickSize),
    },
    z: 6,
  }
}

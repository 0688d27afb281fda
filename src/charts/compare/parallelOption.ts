import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import { formatNumber } from '../format'
import { baseOption, brokenTitle, paddedRange, type AxisRange, type DrawnMark } from '../frame'
import { mathStyles, richMath } from '../mathText'
import { linearScale, logScale, type Scale } from '../scale'
import type { ChartTheme } from '../theme'
import { itemTooltip } from '../tooltip'
import type { SeriesStyle } from './seriesStyle'

/** One upright axis: numbers on a scale, words in equal distances. */
export interface ParallelAxis {
  readonly title: string
  readonly scale: 'linear' | 'log'
  /** One value for each run; null where the run has none. */
  readonly values: readonly (number | string | null)[]
}

export interface ParallelInput {
  readonly axes: readonly ParallelAxis[]
  readonly runs: readonly { readonly name: string; readonly style: SeriesStyle }[]
  /** Runs outside any interval are drawn faint. On an axis of words the first stands between 0 and 1. */
  readonly brushes: readonly { readonly axis: number; readonly from: number; readonly to: number }[]
}

/** Positions from 0 to 1 on one axis, and its ticks. */
interface UprightAxis {
  readonly positions: readonly number[]
  readonly ticks: readonly { readonly position: number; readonly label: string }[]
  position(value: number): number
  value(position: number): number
}

/** Every run as a line across upright axes, one for each setting and metric. */
export function parallelOption(
  input: ParallelInput,
  theme: ChartTheme,
): DrawnMark & { readonly chosen: number[]; valueAt(axis: number, position: number): number } {
  const { axes, runs, brushes } = input
  const upright = axes.map(uprightAxis)
  const complete = runs.map((_, i) => upright.every(({ positions }) => Number.isFinite(positions[i])))
  const chosen = chosenRuns(upright, runs.length, brushes)
  const lines = runs.flatMap(({ name, style }, i): LineSeriesOption[] => {
    const isChosen = chosen.includes(i)
    return [
      {
        type: 'line',
        name,
        data: upright.map(({ positions }, axis) => [axis, Number.isFinite(positions[i]) ? positions[i]! : null]),
        symbol: complete[i] ? 'none' : 'circle',
        symbolSize: theme.markerSize * 0.8,
        silent: true,
        lineStyle: {
          color: isChosen ? style.colour : theme.quiet,
          width: theme.lineWidth * (isChosen ? 0.8 : 0.5),
          opacity: isChosen ? (runs.length > 100 ? 0.5 : 0.85) : 0.15,
          type: style.dash,
        },
        itemStyle: { color: style.colour },
        z: isChosen ? 3 : 2,
      },
    ]
  })
  const incomplete = complete.filter((whole) => !whole).length
  return {
    chosen,
    valueAt: (axis, position) => upright[axis]?.value(position) ?? NaN,
    option: {
      ...baseOption(theme),
      grid: {
        left: theme.tickSize * 4,
        right: theme.tickSize * 6,
        top: theme.labelSize * 3.2,
        bottom: theme.tickSize,
        outerBoundsMode: 'none',
      },
      xAxis: { type: 'value', min: 0, max: Math.max(1, axes.length - 1), show: false },
      yAxis: { type: 'value', min: 0, max: 1, show: false },
      tooltip: itemTooltip(theme),
      series: [
        ...lines,
        ...upright.flatMap((axis, i) => axisSeries(theme, axis, i)),
        titles(theme, axes),
        ...brushes.flatMap((brush) => brushSeries(theme, brush, upright[brush.axis])),
      ],
    },
    notes: [
      ...(brushes.length > 0 ? [`${chosen.length} of ${runs.length} runs inside the brushes`] : []),
      ...(incomplete > 0 ? [`${incomplete} ${incomplete === 1 ? 'run has' : 'runs have'} gaps`] : []),
    ],
  }
}

/** Runs that lie inside every brush; all of them without a brush. */
function chosenRuns(upright: readonly UprightAxis[], runs: number, brushes: ParallelInput['brushes']): number[] {
  const inside = (i: number) =>
    brushes.every(({ axis, from, to }) => {
      const place = upright[axis]
      const position = place?.positions[i]
      return place && position !== undefined && position >= place.position(from) && position <= place.position(to)
    })
  return Array.from({ length: runs }, (_, i) => i).filter(inside)
}

function uprightAxis({ scale, values }: ParallelAxis): UprightAxis {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value))
  const words = [...new Set(values.filter((value) => typeof value === 'string'))]
  if (words.length > 0) {
    const place = (word: string) => (words.indexOf(word) + 0.5) / words.length
    return {
      position: (value) => value / words.length,
      value: (position) => position * words.length,
      positions: values.map((value) => (typeof value === 'string' ? place(value) : NaN)),
      ticks: words.map((word) => ({ position: place(word), label: word })),
    }
  }
  const chosen = scale === 'log' && numbers.every((value) => Number(value) > 0) ? logScale : linearScale
  const range = paddedRange(
    numbers.map((value) => chosen.forward(Number(value))),
    0.05,
  )
  const position = (at: number) => (at - range.from) / (range.to - range.from)
  return {
    position: (value) => position(chosen.forward(value)),
    value: (at) => chosen.inverse(range.from + at * (range.to - range.from)),
    positions: values.map((value) => (typeof value === 'number' ? position(chosen.forward(value)) : NaN)),
    ticks: uprightTicks(chosen, range, new Set(numbers.map(Number))).map((tick) => ({
      ...tick,
      position: position(tick.position),
    })),
  }
}

/** Few distinct values label themselves: a sweep has the values that were chosen, not round ones. */
function uprightTicks(scale: Scale, range: AxisRange, values: ReadonlySet<number>) {
  if (values.size > 8) return scale.ticks(range.from, range.to, 6).major
  return [...values].map((value) => ({ position: scale.forward(value), label: formatNumber(value, 4) }))
}

function axisSeries(
  theme: ChartTheme,
  { ticks }: UprightAxis,
  axis: number,
): (LineSeriesOption | ScatterSeriesOption)[] {
  return [
    {
      type: 'line',
      data: [
        [axis, 0],
        [axis, 1],
      ],
      symbol: 'none',
      silent: true,
      lineStyle: { color: theme.quiet, width: theme.axisWidth },
      z: 5,
    },
    {
      type: 'scatter',
      data: ticks.map(({ position, label }) => ({ value: [axis, position], label: { formatter: label } })),
      symbol: 'rect',
      symbolSize: [theme.tickSize * 0.45, theme.axisWidth],
      itemStyle: { color: theme.quiet, opacity: 1 },
      silent: true,
      label: {
        show: true,
        position: 'right',
        distance: theme.tickSize * 0.4,
        color: theme.text,
        fontSize: theme.tickSize,
        backgroundColor: theme.background,
        padding: [1, 2],
      },
      labelLayout: { hideOverlap: true },
      clip: false,
      z: 6,
    },
  ]
}

function titles(theme: ChartTheme, axes: readonly ParallelAxis[]): ScatterSeriesOption {
  return {
    type: 'scatter',
    data: axes.map(({ title }, i) => ({ value: [i, 1], label: { formatter: richMath(brokenTitle(title, 'y')) } })),
    symbolSize: 0,
    silent: true,
    clip: false,
    label: {
      show: true,
      position: 'top',
      distance: theme.tickSize * 0.5,
      color: theme.text,
      fontSize: theme.tickSize,
      lineHeight: theme.tickSize * 1.25,
      rich: mathStyles(theme.fontFamily, theme.tickSize),
    },
    z: 6,
  }
}

function brushSeries(
  theme: ChartTheme,
  { axis, from, to }: ParallelInput['brushes'][number],
  place: UprightAxis | undefined,
): LineSeriesOption[] {
  if (!place) return []
  return [
    {
      type: 'line',
      data: [
        [axis, Math.max(0, place.position(from))],
        [axis, Math.min(1, place.position(to))],
      ],
      symbol: 'none',
      silent: true,
      lineStyle: { color: theme.accent, width: theme.tickSize * 0.9, opacity: 0.35, cap: 'butt' },
      z: 7,
    },
  ]
}

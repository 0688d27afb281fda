import type { EChartsOption, GridComponentOption, XAXisComponentOption, YAXisComponentOption } from 'echarts'
import { mathStyles, plainMath, richMath } from './mathText'
import type { Scale, Ticks } from './scale'
import { lineWidth } from './textMetrics'
import type { ChartTheme } from './theme'

/** Characters of an axis title that fit one line of a small figure, upright and lying. */
const LONGEST_LINE = { x: 46, y: 30 }

/** What a mark returns: the chart, and what has to be said beside it. */
export interface DrawnMark {
  readonly option: EChartsOption
  /** '1204 of 6000 points drawn', '3 values ≤ 0 not on the log axis'; empty when there is nothing to say. */
  readonly notes: readonly string[]
}

/** 'test loss L (dimensionless)': every axis says its symbol (once, where the label begins with it) and unit. */
export function axisTitle(label: string, symbol: string, unit: string): string {
  const isNamed = symbol === '' || symbol === label || label.startsWith(`${symbol}:`)
  const name = isNamed ? label : `${label} ${symbol}`
  return `${name} (${unit === '' ? 'dimensionless' : unit})`
}

/** Settings common to all marks: no animation, so that a live chart moves without being drawn anew. */
export function baseOption(theme: ChartTheme): EChartsOption {
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily: theme.fontFamily, fontSize: theme.tickSize, color: theme.text },
  }
}

/** The plot area; axis labels and titles are kept inside the picture, `right` is kept free for direct labels. */
export function gridOption(theme: ChartTheme, right = 0): GridComponentOption {
  const margin = theme.tickSize * 0.3
  const edges = { left: margin, right: margin + Math.max(right, theme.tickSize), top: margin, bottom: margin }
  return { ...edges, outerBoundsMode: 'same', outerBoundsContain: 'all', borderWidth: 0 }
}

export interface AxisRange {
  readonly from: number
  readonly to: number
}

/** The range of positions, 4 % wider on both sides; a single value gets room around it. */
export function paddedRange(positions: Iterable<number>, padding = 0.04): AxisRange {
  let [from, to] = [Infinity, -Infinity]
  for (const position of positions) {
    if (position < from) from = position
    if (position > to) to = position
  }
  if (from > to) return { from: 0, to: 1 }
  // Differences in the last digits are rounding: spread over the axis they would look like a signal.
  const isConstant = to - from <= 1e-12 * Math.max(Math.abs(from), Math.abs(to))
  const room = isConstant ? Math.abs(from) * 0.1 || 0.5 : (to - from) * padding
  return { from: from - room, to: to + room }
}

/** A pair of axes in one place: labelled ticks on the first, short minor ticks on the second. */
function axisPair(theme: ChartTheme, title: string, range: AxisRange, ticks: Ticks) {
  const minorPositions = [...ticks.minor]
  const positions = ticks.major.map((tick) => tick.position)
  const labels = new Map(ticks.major.map((tick) => [tick.position, tick.label]))
  const stroke = { color: theme.quiet, width: theme.axisWidth }
  const common = { type: 'value', min: range.from, max: range.to, scale: true } as const
  const main = {
    ...common,
    ...axisName(theme, title),
    nameGap: theme.labelSize * 0.8,
    axisLine: { show: true, onZero: false, lineStyle: stroke },
    axisTick: { show: true, length: theme.tickSize * 0.45, lineStyle: stroke, customValues: positions },
    axisLabel: {
      color: theme.text,
      fontSize: theme.tickSize,
      customValues: positions,
      hideOverlap: true,
      formatter: (position: number) => labels.get(position) ?? '',
    },
    splitLine: { show: false },
  } as const
  const minor = {
    ...common,
    // onZero off: an axis without a line still moves to the other axis's zero otherwise.
    axisLine: { show: false, onZero: false },
    axisTick: { show: true, length: theme.tickSize * 0.25, lineStyle: stroke, customValues: minorPositions },
    axisLabel: { show: false },
    axisPointer: { show: false },
    splitLine: { show: false },
  } as const
  return { main, minor }
}

/** Horizontal axes: major and minor. */
export function xAxes(theme: ChartTheme, title: string, range: AxisRange, ticks: Ticks): XAXisComponentOption[] {
  const { main, minor } = axisPair(theme, brokenTitle(title, 'x'), range, ticks)
  return [
    { ...main, position: 'bottom' },
    { ...minor, position: 'bottom' },
  ]
}

/** Vertical axes: major and minor. */
export function yAxes(theme: ChartTheme, title: string, range: AxisRange, ticks: Ticks): YAXisComponentOption[] {
  const { main, minor } = axisPair(theme, brokenTitle(title, 'y'), range, ticks)
  return [
    { ...main, position: 'left' },
    { ...minor, position: 'left' },
  ]
}

/** An axis title halfway along its axis, its symbols set as mathematics. */
export function axisName(theme: ChartTheme, title: string) {
  return {
    name: richMath(title),
    nameLocation: 'middle',
    nameTextStyle: {
      color: theme.text,
      fontSize: theme.labelSize,
      lineHeight: theme.labelSize * 1.25,
      rich: mathStyles(theme.fontFamily, theme.labelSize),
      // Next to two axes in one place ECharts would leave far more.
      textMargin: 2,
    },
  } as const
}

/**
 * What every mark line shares. Without `precision` ECharts rounds its place to two decimals: a level of 0.0446 would stand
 * at 0.04.
 */
export const exactMarks = { silent: true, symbol: 'none', animation: false, precision: -1 } as const

/** The panel's own ground behind a label, so that what it covers does not shine through. */
export function labelGround(theme: ChartTheme) {
  return { backgroundColor: theme.background, padding: [1, 2, 1, 2] }
}

/** A title that is too long for its axis in a small figure, in two lines of about equal length. */
export function brokenTitle(title: string, axis: 'x' | 'y'): string {
  const longest = LONGEST_LINE[axis]
  if (title.includes('\n') || plainMath(title).length <= longest) return title
  const words = title.split(' ')
  let first = words[0] ?? ''
  let i = 1
  while (i < words.length && first.length + 1 + words[i]!.length <= Math.max(title.length / 2, longest * 0.8)) {
    first += ` ${words[i++]}`
  }
  return `${first}\n${words.slice(i).join(' ')}`
}

/** Ticks of a scale over a range of its positions. */
export function ticksOver(scale: Scale, range: AxisRange, count?: number): Ticks {
  return scale.ticks(range.from, range.to, count)
}

/** Width of a title or label in px; marks of indices count nothing, indices as if they were letters. */
export function textWidth(text: string, size: number): number {
  return lineWidth(plainMath(text), size)
}

/** Positions that an array of values takes, and how many values have none. */
export function positionsOf(scale: Scale, values: Float64Array): { positions: Float64Array; missing: number } {
  const positions = values.map((value) => scale.forward(value))
  let missing = 0
  for (let i = 0; i < positions.length; i++) {
    if (!Number.isFinite(positions[i]!)) {
      positions[i] = NaN
      missing++
    }
  }
  return { positions, missing }
}

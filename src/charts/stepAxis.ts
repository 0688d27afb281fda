import type { SeriesOption, XAXisComponentOption } from 'echarts'
import { xAxes, type AxisRange } from './frame'
import { logScale, type Ticks } from './scale'
import type { ChartTheme } from './theme'

/** A horizontal axis for curves. */
export interface CurveAxis {
  readonly range: AxisRange
  readonly ticks: Ticks
  readonly axes: XAXisComponentOption[]
  /** NaN where the value has no place. */
  position(value: number): number
  /** The value that stands at a position. */
  value(position: number): number
  /** The break sign between 0 and the first positive value; null where 0 does not stand apart. */
  breakMark(theme: ChartTheme, bottom: number): SeriesOption | null
}

/** A logarithmic step axis on which step 0 stands apart, left of a break. */
export interface StepAxis extends CurveAxis {
  readonly last: number
}

/** The axis for curves measured at these steps. */
export function stepAxis(theme: ChartTheme, curves: readonly Float64Array[]): StepAxis {
  const last = curves.reduce((most, steps) => steps.reduce((a, b) => Math.max(a, b), most), 1)
  return { ...brokenLogAxis(theme, { title: 'step', isWhole: true }, curves), last }
}

/**
 * A logarithmic axis on which 0 stands apart, left of a break; negative values have no place on it.
 *
 * @param isWhole only whole numbers get a tick
 * @param shown the part that is drawn, in values; null for everything
 */
export function brokenLogAxis(
  theme: ChartTheme,
  { title, isWhole }: { readonly title: string; readonly isWhole: boolean },
  curves: readonly Float64Array[],
  shown: AxisRange | null = null,
): CurveAxis {
  let [first, last, hasZero] = [Infinity, -Infinity, false]
  for (const values of curves) {
    for (const value of values) {
      if (value === 0) hasZero = true
      else if (value > 0 && value < first) first = value
      if (value > 0 && value > last) last = value
    }
  }
  if (first > last) [first, last] = [1, 1]
  const start = Math.log10(first)
  const span = Math.max(Math.log10(last) - start, 0.3)
  const zero = start - 0.09 * span
  const position = (value: number) => (value > 0 ? Math.log10(value) : value === 0 ? zero : NaN)
  const whole = { from: (hasZero ? zero : start) - 0.03 * span, to: start + 1.01 * span }
  const range = shown ? { from: position(Math.max(shown.from, 0)), to: position(shown.to) } : whole
  const showsZero = hasZero && range.from <= zero
  const powers = logScale.ticks(showsZero ? start : range.from, range.to)
  const placed = isWhole ? wholeSteps(powers) : powers
  const ticks = showsZero ? { ...placed, major: [{ position: zero, label: '0' }, ...placed.major] } : placed
  const middle = (zero + start) / 2
  return {
    range,
    ticks,
    axes: xAxes(theme, title, range, ticks),
    position,
    value: (at) => (hasZero && at < middle ? 0 : 10 ** at),
    breakMark: (markTheme, bottom) => (showsZero ? breakSeries(markTheme, middle, bottom) : null),
  }
}

/** Over less than two decades a log axis has ticks between the whole numbers, where no step is. */
function wholeSteps({ major, minor }: Ticks): Ticks {
  const whole = major.flatMap(({ position }) => {
    const step = Number((10 ** position).toPrecision(12))
    return Number.isInteger(step) ? [{ position, label: String(step) }] : []
  })
  return minor.length > 0 ? { major, minor } : { major: whole, minor }
}

function breakSeries(theme: ChartTheme, x: number, y: number): SeriesOption {
  const size = theme.tickSize * 0.7
  return {
    type: 'scatter',
    data: [[x, y]],
    // Two strokes with the background between them: the axis line is interrupted, not crossed.
    symbol: 'path://M0,10 L4,0 L10,0 L6,10 Z',
    symbolSize: [size, size],
    itemStyle: { color: theme.background, borderColor: theme.background, borderWidth: 0, opacity: 1 },
    label: {
      show: true,
      position: 'inside',
      formatter: '⁄⁄',
      color: theme.quiet,
      fontSize: theme.tickSize,
    },
    clip: false,
    silent: true,
    z: 10,
    tooltip: { show: false },
  }
}

import type { SeriesOption, XAXisComponentOption } from 'echarts'
import { xAxes, type AxisRange } from './frame'
import { logScale, type Ticks } from './scale'
import type { ChartTheme } from './theme'

/** A logarithmic step axis on which step 0 stands apart, left of a break. */
export interface StepAxis {
  readonly range: AxisRange
  readonly ticks: Ticks
  readonly axes: XAXisComponentOption[]
  readonly last: number
  position(step: number): number
  /** The break sign between step 0 and the first positive step; null without step 0. */
  breakMark(theme: ChartTheme, bottom: number): SeriesOption | null
}

/** The axis for curves measured at these steps. */
export function stepAxis(theme: ChartTheme, curves: readonly Float64Array[]): StepAxis {
  let [first, last, hasZero] = [Infinity, 1, false]
  for (const steps of curves) {
    for (const step of steps) {
      if (step <= 0) hasZero = true
      else if (step < first) first = step
      if (step > last) last = step
    }
  }
  const start = Math.log10(Math.min(first, last))
  const span = Math.max(Math.log10(last) - start, 0.3)
  const zero = start - 0.09 * span
  const range = { from: (hasZero ? zero : start) - 0.03 * span, to: start + 1.01 * span }
  const powers = wholeSteps(logScale.ticks(start, range.to))
  const ticks = hasZero ? { ...powers, major: [{ position: zero, label: '0' }, ...powers.major] } : powers
  return {
    range,
    ticks,
    last,
    axes: xAxes(theme, 'step', range, ticks),
    position: (step) => (step > 0 ? Math.log10(step) : zero),
    breakMark: (markTheme, bottom) => (hasZero ? breakSeries(markTheme, (zero + start) / 2, bottom) : null),
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

import type { LineSeriesOption } from 'echarts'
import { colourOf, MOST_DIRECT_LABELS, type CurveColour } from './curves'
import { endLabel, labelRoom } from './directLabels'
import { baseOption, gridOption, paddedRange, ticksOver, xAxes, yAxes, type AxisRange, type DrawnMark } from './frame'
import { linearScale, type Scale, type Ticks } from './scale'
import type { ChartTheme } from './theme'
import { itemTooltip } from './tooltip'

/** A value with the interval of its uncertainty. */
export interface IntervalPoint {
  /** Position on the x axis. */
  readonly x: number
  readonly y: number
  readonly low: number
  readonly high: number
  /** What the tooltip says. */
  readonly words: string
}

export interface IntervalInput {
  readonly curves: readonly { readonly label: string; readonly colour: CurveColour; readonly points: readonly IntervalPoint[] }[] // prettier-ignore
  readonly x: { readonly title: string; readonly ticks: Ticks }
  readonly y: { readonly title: string; readonly range?: AxisRange }
}

/** Width of the caps, as a part of the plot. */
const CAP = 0.006
/** Curves stand so far apart sideways, as a part of the plot, or what stands at one x would hide each other. */
const BESIDE = 0.008

/** How far curve number i of several is moved sideways, in positions on the axis. */
export function aside(i: number, count: number, { from, to }: AxisRange): number {
  return (i - (count - 1) / 2) * BESIDE * (to - from)
}

/** Measured values as dots joined by lines, each with its interval; up to five curves are named at their ends. */
export function intervalOption({ curves, x, y }: IntervalInput, theme: ChartTheme): DrawnMark {
  const points = curves.flatMap((curve) => curve.points)
  const xRange = paddedRange(points.map((point) => point.x))
  const yRange = y.range ?? paddedRange(points.flatMap(({ low, high }) => [low, high]))
  const cap = (xRange.to - xRange.from) * CAP
  const named = namedCurves(curves)
  const series = curves.flatMap((curve, i): LineSeriesOption[] => {
    const placed = curve.points.map((point) => ({ ...point, x: point.x + aside(i, curves.length, xRange) }))
    const color = colourOf(theme, curve.colour)
    return [
      {
        type: 'line',
        silent: true,
        data: placed.flatMap((point) => bar(point, cap)),
        showSymbol: false,
        lineStyle: { color, width: theme.axisWidth },
        itemStyle: { color },
      },
      {
        type: 'line',
        name: curve.label,
        data: placed.map((point) => ({ value: [point.x, point.y], name: point.words })),
        symbol: 'circle',
        symbolSize: theme.markerSize * 1.2,
        showAllSymbol: true,
        lineStyle: { color, width: theme.lineWidth },
        itemStyle: { color },
        emphasis: { disabled: true },
        labelLayout: { moveOverlap: 'shiftY' },
        ...(named.includes(curve) && { endLabel: endLabel(theme, curve.label, color) }),
      },
    ]
  })
  const room = labelRoom(
    theme,
    named.map(({ label }) => label),
  )
  return {
    option: {
      ...baseOption(theme),
      grid: gridOption(theme, room),
      xAxis: xAxes(theme, x.title, xRange, x.ticks),
      yAxis: yAxes(theme, y.title, yRange, ticksOver(linearScale, yRange)),
      tooltip: itemTooltip(theme),
      series,
    },
    notes: [],
  }
}

/** Ticks at the values themselves, as long as they are few; else those of the scale. */
export function ticksAt(values: readonly { position: number; label: string }[], scale: Scale): Ticks {
  if (values.length <= 12) return { major: values, minor: [] }
  return ticksOver(scale, paddedRange(values.map(({ position }) => position)))
}

/** A bar with caps, and a gap before the next one. */
function bar({ x, low, high }: IntervalPoint, cap: number): (number | null)[][] {
  const gap = [x, null]
  return [[x - cap, high], [x + cap, high], gap, [x, high], [x, low], gap, [x - cap, low], [x + cap, low], gap] // prettier-ignore
}

/** All of up to five; of more the first and the last, between which their colours order the others. */
function namedCurves(curves: IntervalInput['curves']): IntervalInput['curves'] {
  if (curves.length <= 1) return []
  return curves.length <= MOST_DIRECT_LABELS ? curves : [curves[0]!, curves.at(-1)!]
}

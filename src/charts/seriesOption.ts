import type { LineSeriesOption, SeriesOption } from 'echarts'
import {
  colourOf,
  currentStepMark,
  curveNotes,
  curvePoints,
  curveScale,
  MOST_DIRECT_LABELS,
  sparseMarkers,
  type Curve,
} from './curves'
import { endLabel, labelRoom } from './directLabels'
import { curveLegend, legendRoom } from './curveLegend'
import { formatNumber } from './format'
import { baseOption, gridOption, paddedRange, ticksOver, yAxes, type DrawnMark } from './frame'
import { distinctLevels, predictedLines, type PredictedLevel } from './predictedLines'
import { relativeError } from './relativeError'
import { stepAxis } from './stepAxis'
import type { ChartTheme } from './theme'
import { crosshairTooltip } from './tooltip'

export interface SeriesInput {
  readonly curves: readonly Curve[]
  readonly yTitle: string
  readonly yScale: 'linear' | 'log'
  readonly predicted: readonly PredictedLevel[]
  /** The step that the panels show, marked by a thin line; null marks none. */
  readonly currentStep: number | null
}

/** Scalars over the steps: measured solid, predicted dashed; labels stand at the curves up to five of them. */
export function seriesOption(input: SeriesInput, theme: ChartTheme): DrawnMark {
  const { curves, predicted } = input
  const scale = curveScale(
    input.yScale,
    curves.map((curve) => curve.values),
  )
  const axis = stepAxis(
    theme,
    curves.map((curve) => curve.steps),
  )
  const drawn = curves.map((curve) => ({ curve, ...curvePoints(curve, axis, scale) }))
  const levels = predicted.map((level) => scale.forward(level.value))
  const range = paddedRange([...drawn.map(({ positions }) => positions), levels].flatMap((p) => finite(p)))
  const named = directlyLabelled(curves)
  const hasLegend = curves.length > 1 && named.length === 0
  const lines = drawn.map(({ curve, data }): LineSeriesOption => {
    const colour = colourOf(theme, curve.colour)
    return {
      type: 'line',
      name: curve.name,
      data,
      symbol: curve.marker ?? 'circle',
      symbolSize: theme.markerSize * 0.8,
      // Markers show which steps were measured, as long as they can be told apart.
      showSymbol: curve.marker === undefined && data.length <= 30,
      showAllSymbol: true,
      lineStyle: { color: colour, width: theme.lineWidth },
      itemStyle: { color: colour },
      emphasis: { disabled: true },
      labelLayout: { moveOverlap: 'shiftY' },
      ...(named.includes(curve) && { endLabel: endLabel(theme, curve.label, colour) }),
    }
  })
  const markers = drawn.flatMap(({ curve: { name, marker, colour }, data }) => {
    if (!marker) return []
    const points = { x: Float64Array.from(data, ([x]) => x ?? NaN), y: Float64Array.from(data, ([, y]) => y ?? NaN) }
    return [sparseMarkers(theme, { name, marker, colour: colourOf(theme, colour) }, points)]
  })
  const theory: LineSeriesOption = {
    type: 'line',
    data: [],
    silent: true,
    z: 4,
    markLine: predictedLines(theme, predicted, scale, {
      x: axis.range,
      y: range,
      points: drawn.flatMap(({ data }) => data),
    }),
  }
  const axisBreak = axis.breakMark(theme, range.from)
  const series: SeriesOption[] = [
    ...lines,
    ...markers,
    theory,
    ...currentStepMark(theme, axis, input.currentStep),
    ...(axisBreak ? [axisBreak] : []),
  ]
  const labelsOf = (shown: readonly Curve[]) => shown.map((curve) => curve.label)
  const room = hasLegend ? legendRoom(theme, labelsOf(curves)) : labelRoom(theme, labelsOf(named))
  const count = (pick: (item: (typeof drawn)[number]) => number) => drawn.reduce((total, item) => total + pick(item), 0)
  return {
    option: {
      ...baseOption(theme),
      grid: gridOption(theme, room),
      xAxis: axis.axes,
      yAxis: yAxes(theme, input.yTitle, range, ticksOver(scale, range)),
      tooltip: crosshairTooltip(theme),
      ...(hasLegend && { legend: curveLegend(theme, curves) }),
      series,
    },
    notes: [
      ...curveNotes(
        count(({ data }) => data.length),
        count(({ curve }) => curve.steps.length),
        count(({ missing }) => missing),
        scale,
      ),
      ...fallbackNote(input, scale.kind),
    ],
  }
}

/** 'step 6000: 0.044606, predicted 0.0446060193, error 4·10⁻⁷' for a single curve; null for several. */
export function seriesReadout({ curves, predicted, currentStep }: SeriesInput): string | null {
  const [curve] = curves
  if (!curve || curves.length > 1) return null
  const limit = currentStep ?? Infinity
  const i = curve.steps.findLastIndex((step) => step <= limit)
  if (i < 0) return null
  const value = curve.values[i]!
  const text = `step ${formatNumber(curve.steps[i]!, 12)}: ${formatNumber(value)}`
  const levels = distinctLevels(predicted)
  const [level] = levels
  if (!level || levels.length > 1) return text
  return `${text}, predicted ${formatNumber(level.value, 10)}, error ${formatNumber(relativeError(value, level.value), 1)}`
}

/**
 * Curves named at their end: all of up to five; of more layers the first and the last, between which viridis orders the
 * others. None where only a legend can tell the curves apart.
 */
function directlyLabelled(curves: readonly Curve[]): readonly Curve[] {
  if (curves.length <= 1) return []
  if (curves.length <= MOST_DIRECT_LABELS) return curves
  const isOneQuantity = curves.every(({ colour, marker }) => colour.by === 'layer' && marker === undefined)
  return isOneQuantity ? [curves[0]!, curves.at(-1)!] : []
}

function fallbackNote({ yScale, curves }: SeriesInput, kind: string): string[] {
  const hasValues = curves.some((curve) => curve.values.length > 0)
  return yScale === 'log' && kind === 'linear' && hasValues ? ['no positive value: shown on a linear axis'] : []
}

function finite(values: Iterable<number>): number[] {
  return [...values].filter((value) => Number.isFinite(value))
}

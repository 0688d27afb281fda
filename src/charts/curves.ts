import type { LineSeriesOption } from 'echarts'
import { layerColour } from './colourMaps'
import { downsample } from './downsample'
import { formatNumber } from './format'
import { positionsOf, textWidth } from './frame'
import { linearScale, logScale, type Scale } from './scale'
import type { StepAxis } from './stepAxis'
import { groupColour, type ChartTheme } from './theme'

/** What a curve's colour stands for. */
export type CurveColour =
  | { readonly by: 'layer'; readonly index: number; readonly count: number }
  | { readonly by: 'group'; readonly index: number }

export const markers = ['circle', 'rect', 'triangle', 'diamond'] as const
export type Marker = (typeof markers)[number]

export interface Curve {
  readonly label: string
  readonly steps: Float64Array
  readonly values: Float64Array
  readonly colour: CurveColour
  /** Marker by which curves of one colour are told apart: the quantity, where layers share the axes. */
  readonly marker?: Marker
}

/** One value that theory predicts, drawn as a dashed level. */
export interface PredictedLevel {
  readonly value: number
  readonly label: string
}

export const MOST_DIRECT_LABELS = 5

export function colourOf(theme: ChartTheme, colour: CurveColour): string {
  return colour.by === 'layer' ? layerColour(theme, colour.index, colour.count) : groupColour(theme, colour.index)
}

/** A log scale where it was asked for and at least one value can stand on it. */
export function curveScale(asked: 'linear' | 'log', curves: readonly { readonly values: Float64Array }[]): Scale {
  const anyPositive = curves.some(({ values }) => values.some((value) => value > 0))
  return asked === 'log' && anyPositive ? logScale : linearScale
}

/** Points of a curve as [x position, y position, step, value], thinned for drawing; gaps keep no position. */
export function curvePoints(
  curve: Pick<Curve, 'steps' | 'values'>,
  axis: StepAxis,
  scale: Scale,
): { data: (number | null)[][]; positions: Float64Array; missing: number } {
  const x = Float64Array.from(curve.steps, axis.position)
  const { positions, missing } = positionsOf(scale, curve.values)
  const data = downsample(x, positions).map((i) => {
    const y = positions[i]!
    return [x[i]!, Number.isNaN(y) ? null : y, curve.steps[i]!, curve.values[i]!]
  })
  return { data, positions, missing }
}

/** Notes on what the picture leaves out. */
export function curveNotes(drawn: number, total: number, missing: number, scale: Scale): string[] {
  const notes: string[] = []
  if (drawn < total) notes.push(`${drawn} of ${total} points drawn`)
  if (missing > 0) {
    const why = scale.kind === 'log' ? '≤ 0 or not finite, not on the log axis' : 'not finite, not drawn'
    notes.push(`${missing} ${missing === 1 ? 'value' : 'values'} ${why}`)
  }
  return notes
}

/** Levels drawn once each: layers often share one predicted value. */
export function distinctLevels(levels: readonly PredictedLevel[]): PredictedLevel[] {
  const distinct: PredictedLevel[] = []
  for (const level of levels) {
    const same = distinct.some(({ value }) => Math.abs(value - level.value) <= 1e-9 * Math.abs(level.value))
    if (!same) distinct.push(level)
  }
  return distinct
}

/** Dashed levels across the plot in the text colour, with their label at the left end. */
export function predictedLines(
  theme: ChartTheme,
  levels: readonly PredictedLevel[],
  scale: Scale,
): NonNullable<LineSeriesOption['markLine']> {
  const drawable = distinctLevels(levels).filter(({ value }) => Number.isFinite(scale.forward(value)))
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    lineStyle: { type: [4, 3], color: theme.text, width: theme.lineWidth * 0.75, opacity: 1 },
    label: {
      show: drawable.length <= MOST_DIRECT_LABELS,
      position: 'insideStartTop',
      color: theme.text,
      fontSize: theme.tickSize,
      fontFamily: theme.fontFamily,
      distance: theme.tickSize * 0.2,
    },
    data: drawable.map(({ value, label }) => ({
      yAxis: scale.forward(value),
      name: label,
      label: { formatter: `predicted ${label === '' ? '' : `${label} = `}${formatNumber(value)}` },
    })),
  }
}

/** Room in px that direct labels need right of the plot. */
export function labelRoom(theme: ChartTheme, labels: readonly string[]): number {
  return Math.max(0, ...labels.map((label) => textWidth(label, theme.tickSize))) + theme.tickSize * 2
}

/** Label at the right end of a curve: a dash in its colour, the words in the text colour, which is always legible. */
export function endLabel(theme: ChartTheme, label: string, colour: string): NonNullable<LineSeriesOption['endLabel']> {
  const font = { fontSize: theme.tickSize, fontFamily: theme.fontFamily }
  return {
    show: true,
    formatter: `{key|–} ${label}`,
    color: theme.text,
    ...font,
    rich: { key: { ...font, color: colour, fontWeight: 600 } },
    distance: theme.tickSize * 0.6,
  }
}

/** A thin line at the step that the other panels show; at the last step it would only cover the curves' ends. */
export function currentStepMark(theme: ChartTheme, axis: StepAxis, step: number | null): LineSeriesOption[] {
  if (step === null || step >= axis.last) return []
  return [
    {
      type: 'line',
      data: [],
      silent: true,
      markLine: {
        silent: true,
        symbol: 'none',
        animation: false,
        label: { show: false },
        lineStyle: { type: 'solid', color: theme.accent, width: 1, opacity: 0.6 },
        data: [{ xAxis: axis.position(step) }],
      },
    },
  ]
}

import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import type { ValueScale } from '#shared/figure'
import { layerColour } from './colourMaps'
import { downsample } from './downsample'
import { exactMarks, positionsOf } from './frame'
import { scaleOver, type Scale } from './scale'
import type { CurveAxis, StepAxis } from './stepAxis'
import { groupColour, type ChartTheme } from './theme'

/** What a curve's colour stands for. */
export type CurveColour =
  | { readonly by: 'layer'; readonly index: number; readonly count: number }
  | { readonly by: 'group'; readonly index: number }

export const markers = ['circle', 'rect', 'triangle', 'diamond'] as const
export type Marker = (typeof markers)[number]

export interface Curve {
  /** Symbol or layer, at the curve's end. */
  readonly label: string
  /** In words, for the table at the crosshair. */
  readonly name: string
  readonly steps: Float64Array
  readonly values: Float64Array
  readonly colour: CurveColour
  /** Marker by which curves of one colour are told apart: the quantity, where layers share the axes. */
  readonly marker?: Marker
}

/** Beyond this many, labels at curves and levels would cover each other. */
export const MOST_DIRECT_LABELS = 5

export function colourOf(theme: ChartTheme, colour: CurveColour): string {
  return colour.by === 'layer' ? layerColour(theme, colour.index, colour.count) : groupColour(theme, colour.index)
}

/** Curves that reach 0 through rounding do so over more decades than the parts of a spectrum that are worth showing. */
const NEGLIGIBLE_IN_CURVES = 1e-12

/** The scale that was asked for, as far as the values of the curves allow it. */
export function curveScale(asked: ValueScale, curves: readonly Float64Array[]): Scale {
  return scaleOver(asked, curves, NEGLIGIBLE_IN_CURVES)
}

/** Points of a curve as [x position, y position, step, value], thinned for drawing; gaps keep no position. */
export function curvePoints(
  curve: Pick<Curve, 'steps' | 'values'>,
  axis: Pick<CurveAxis, 'position'>,
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

/** A thin line at the step that the other panels show; at the last step it would only cover the curves' ends. */
export function currentStepMark(theme: ChartTheme, axis: StepAxis, step: number | null): LineSeriesOption[] {
  if (step === null || step >= axis.last) return []
  return [
    {
      type: 'line',
      data: [],
      silent: true,
      markLine: {
        ...exactMarks,
        label: { show: false },
        lineStyle: { type: 'solid', color: theme.accent, width: 1, opacity: 0.6 },
        data: [{ xAxis: axis.position(step) }],
      },
    },
  ]
}

/** Positions of the points of a line; NaN is a gap. */
export interface LinePoints {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** ECharts takes numbers in one typed array many times faster than a list for each point, which its types do not know. */
export function withPoints(points: LinePoints, line: LineSeriesOption): LineSeriesOption {
  const data = new Float64Array(2 * points.x.length)
  points.x.forEach((x, i) => data.set([x, points.y[i]!], 2 * i))
  return Object.assign(line, { dimensions: ['x', 'y'], data })
}

/** A marker on about twelve points of a curve, so that its shape can be seen and the curve too. */
export function sparseMarkers(
  theme: ChartTheme,
  { name, marker, colour }: { readonly name: string; readonly marker: Marker; readonly colour: string },
  { x, y }: LinePoints,
): ScatterSeriesOption {
  const every = Math.max(1, Math.round(x.length / 12))
  const marked = [...x.keys()].filter((i) => i % every === 0)
  return {
    // Not the line's own: it would make an element of every point, whether it is drawn or not.
    type: 'scatter',
    name,
    data: marked.map((i) => [x[i]!, y[i]!]),
    symbol: marker,
    symbolSize: theme.markerSize * 1.2,
    itemStyle: { color: colour, opacity: 1 },
    silent: true,
    animation: false,
    tooltip: { show: false },
    emphasis: { disabled: true },
    z: 3,
  }
}

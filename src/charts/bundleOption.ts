import type { LineSeriesOption } from 'echarts'
import { colourOf, currentStepMark, curveNotes, curvePoints, curveScale, type Curve, type CurveColour } from './curves'
import { endLabel, labelRoom } from './directLabels'
import { formatNumber } from './format'
import { baseOption, gridOption, paddedRange, ticksOver, yAxes, type DrawnMark } from './frame'
import { plainMath } from './mathText'
import { predictedLines, type PredictedLevel } from './predictedLines'
import { stepAxis } from './stepAxis'
import type { ChartTheme } from './theme'
import { crosshairTooltip } from './tooltip'

/** The vectors of one quantity over the steps, each sorted descending. */
export interface BundleGroup {
  readonly label: string
  readonly colour: CurveColour
  readonly records: readonly { readonly step: number; readonly data: Float64Array }[]
  /** How many leading components count as outliers; null where theory names no count. */
  readonly outlierCount: number | null
  /** What these and the others are called; outliers and bulk when not given. */
  readonly names?: { readonly leading: string; readonly rest: string }
  /** Values below this part of a record's largest are rounding noise; null where the quantity has no such level. */
  readonly noiseLevel: number | null
}

export interface BundleInput {
  readonly groups: readonly BundleGroup[]
  readonly yTitle: string
  readonly yScale: 'linear' | 'log'
  readonly predicted: readonly PredictedLevel[]
  readonly currentStep: number | null
}

/** A component's curve and how it is drawn. */
interface Strand extends Curve {
  readonly role: 'outlier' | 'bulk' | 'plain'
  /** Position of the component in its vector, from 0. */
  readonly index: number
}

/** Beyond this many, bulk curves lie on each other; every second, third … is left out, and the notes say so. */
const MOST_BULK_STRANDS = 120

/**
 * Every component of a vector over the steps. One group: outliers vermillion, bulk grey-blue. Several groups
 * (layers): each in its own colour, its bulk fainter.
 */
export function bundleOption(input: BundleInput, theme: ChartTheme): DrawnMark {
  const scale = curveScale(
    input.yScale,
    input.groups.flatMap(({ records }) => records.map(({ data }) => data)),
  )
  // On a linear axis rounding noise lies on the zero line and does no harm.
  const cutsNoise = scale.kind === 'log'
  const all = input.groups.flatMap((group) => strandsOf(group, cutsNoise)).filter(({ steps }) => steps.length > 0)
  const strands = thinBulk(all)
  const axis = stepAxis(
    theme,
    strands.map((strand) => strand.steps),
  )
  const drawn = strands.map((strand) => ({ strand, ...curvePoints(strand, axis, scale) }))
  const levels = input.predicted.map((level) => scale.forward(level.value))
  const range = paddedRange([...drawn.flatMap(({ positions }) => [...positions]), ...levels].filter(Number.isFinite))
  const labels = strandLabels(input.groups, strands)
  const several = input.groups.length > 1
  const lines = drawn.map(({ strand, data }): LineSeriesOption => {
    const colour = strandColour(theme, strand, several)
    const label = labels.get(strand)
    return {
      type: 'line',
      name: strand.name,
      data,
      showSymbol: data.length === 1,
      lineStyle: {
        color: colour,
        width: theme.lineWidth * (strand.role === 'bulk' ? 0.5 : 0.8),
        opacity: several && strand.role === 'bulk' ? 0.6 : 1,
      },
      itemStyle: { color: colour },
      emphasis: { disabled: true },
      z: strand.role === 'bulk' ? 2 : 3,
      labelLayout: { moveOverlap: 'shiftY' },
      ...(label !== undefined && { endLabel: endLabel(theme, label, colour) }),
    }
  })
  const theory: LineSeriesOption = {
    type: 'line',
    data: [],
    silent: true,
    z: 4,
    markLine: predictedLines(theme, input.predicted, scale, {
      x: axis.range,
      y: range,
      points: drawn.flatMap(({ data }) => data),
    }),
  }
  const axisBreak = axis.breakMark(theme, range.from)
  const total = drawn.reduce((sum, { strand }) => sum + strand.steps.length, 0)
  const shown = drawn.reduce((sum, { data }) => sum + data.length, 0)
  const measured = input.groups.flatMap(({ records }) => records).reduce((sum, { data }) => sum + data.length, 0)
  const noise = measured - all.reduce((sum, { steps }) => sum + steps.length, 0)
  const missing = drawn.reduce((sum, item) => sum + item.missing, 0)
  return {
    option: {
      ...baseOption(theme),
      grid: gridOption(theme, labelRoom(theme, [...labels.values()])),
      xAxis: axis.axes,
      yAxis: yAxes(theme, input.yTitle, range, ticksOver(scale, range)),
      tooltip: crosshairTooltip(theme),
      series: [...lines, theory, ...currentStepMark(theme, axis, input.currentStep), ...(axisBreak ? [axisBreak] : [])],
    },
    notes: [
      ...(strands.length < all.length ? [`${strands.length} of ${all.length} components drawn`] : []),
      ...noiseNote(input.groups, noise),
      ...curveNotes(shown, total, missing, scale),
    ],
  }
}

function noiseFloor({ noiseLevel }: BundleGroup, data: Float64Array): number {
  return (noiseLevel ?? 0) * data.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
}

/** '2841 values below 10⁻¹⁵ of the largest are rounding noise, not drawn'. */
function noiseNote(groups: readonly BundleGroup[], noise: number): string[] {
  const level = Math.max(...groups.map((group) => group.noiseLevel ?? 0))
  if (noise === 0) return []
  const values = noise === 1 ? 'value' : 'values'
  return [`${noise} ${values} below ${formatNumber(level, 1)} of the largest: rounding noise, not drawn`]
}

function strandsOf(group: BundleGroup, cutsNoise: boolean): Strand[] {
  const components = Math.max(0, ...group.records.map((record) => record.data.length))
  const records = group.records.map(({ step, data }) => ({
    step,
    data,
    floor: cutsNoise ? noiseFloor(group, data) : 0,
  }))
  return Array.from({ length: components }, (_, index): Strand => {
    const present = records.filter(({ data, floor }) => index < data.length && !(Math.abs(data[index]!) < floor))
    return {
      label: group.label,
      name: `${plainMath(group.label)} ${index + 1}`.trim(),
      colour: group.colour,
      steps: Float64Array.from(present, (record) => record.step),
      values: Float64Array.from(present, (record) => record.data[index]!),
      role: group.outlierCount === null ? 'plain' : index < group.outlierCount ? 'outlier' : 'bulk',
      index,
    }
  })
}

function thinBulk(strands: readonly Strand[]): Strand[] {
  const bulk = strands.filter((strand) => strand.role !== 'outlier')
  if (bulk.length <= MOST_BULK_STRANDS) return [...strands]
  const every = Math.ceil(bulk.length / MOST_BULK_STRANDS)
  // The outermost strands mark the edges of the bulk: they always stay.
  const kept = new Set(bulk.filter((_, i) => i % every === 0 || i === bulk.length - 1))
  return strands.filter((strand) => strand.role === 'outlier' || kept.has(strand))
}

/** One group is labelled by role, several by name, each at its leading strand. */
function strandLabels(groups: readonly BundleGroup[], strands: readonly Strand[]): Map<Strand, string> {
  const labels = new Map<Strand, string>()
  const [only] = groups
  if (groups.length === 1 && only) {
    if (only.outlierCount === null) return labels
    const outlier = strands.find((strand) => strand.role === 'outlier')
    const bulk = strands.find((strand) => strand.role === 'bulk')
    const components = Math.max(0, ...only.records.map((record) => record.data.length))
    const { leading, rest } = only.names ?? { leading: 'outliers', rest: 'bulk' }
    if (outlier) labels.set(outlier, `${only.outlierCount} ${leading}`)
    if (bulk) labels.set(bulk, `${components - only.outlierCount} ${rest}`)
    return labels
  }
  for (const group of groups) {
    const leading = strands.find((strand) => strand.index === 0 && strand.colour === group.colour)
    if (leading) labels.set(leading, group.label)
  }
  return labels
}

function strandColour(theme: ChartTheme, strand: Strand, several: boolean): string {
  if (several || strand.role === 'plain') return colourOf(theme, strand.colour)
  return strand.role === 'outlier' ? theme.outlier : theme.bulk
}

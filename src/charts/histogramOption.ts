import type { LineSeriesOption, SeriesOption } from 'echarts'
import { formatNumber } from './format'
import { baseOption, exactMarks, gridOption, labelGround, paddedRange, ticksOver, xAxes, yAxes, type DrawnMark } from './frame' // prettier-ignore
import { kindLegend } from './kindLegend'
import { distinctLevels, type PredictedLevel } from './predictedLines'
import { linearScale, wholeTicks } from './scale'
import { groupColour, type ChartTheme } from './theme'

/** Values of one kind: one colour in every bar. */
export interface HistogramPart {
  readonly label: string
  readonly values: Float64Array
  /** Number of its colour among the groups, so that a kind has one colour in every picture. */
  readonly colour: number
  /** Undecided: drawn as hatching in its colour. */
  readonly hatched: boolean
}

export interface HistogramInput {
  /** From the bottom of each bar to its top. */
  readonly parts: readonly HistogramPart[]
  readonly levels: readonly PredictedLevel[]
  readonly xTitle: string
  readonly yTitle: string
}

const BINS = 60
/** Hatching climbs by this part of the axis over one bin: about 45° in a figure of the usual shape. */
const HATCH = 1 / 24
/** Levels farther than this many widths of the data are said, not drawn: they would squeeze the bars together. */
const REACH = 2

/** Counts in equal bins, parts stacked and named on top, predicted levels as dashed lines across. */
export function histogramOption({ parts, levels, xTitle, yTitle }: HistogramInput, theme: ChartTheme): DrawnMark {
  const all = parts.flatMap(({ values }) => [...values])
  const [least, most] = [Math.min(...all), Math.max(...all)]
  const reach = Math.max(most - least, 1e-3 * Math.abs(most)) * REACH
  const isNear = ({ value }: PredictedLevel) => value >= least - reach && value <= most + reach
  const near = distinctLevels(levels).filter(isNear)
  const far = distinctLevels(levels).filter((level) => !isNear(level))
  const range = paddedRange([...all, ...near.map(({ value }) => value)], 0.06)
  const width = (range.to - range.from) / BINS
  const stacked = stacks(parts, range.from, width)
  const tallest = Math.max(1, ...stacked.flatMap(({ tops }) => tops))
  const yRange = { from: 0, to: tallest * 1.08 }
  const bars = stacked.map(({ label, colour, hatched, tops }): LineSeriesOption => {
    const color = groupColour(theme, colour)
    const fill = hatched ? theme.background : color
    return {
      type: 'line',
      name: label,
      silent: true,
      data: outline(tops, range.from, width),
      showSymbol: false,
      lineStyle: { color, width: theme.axisWidth },
      itemStyle: hatched ? { color: fill, borderColor: color, borderWidth: theme.axisWidth } : { color },
      areaStyle: { color: fill, opacity: 1, origin: 'start' },
    }
  })
  const hatching = stacked.flatMap(({ hatched, ...part }) =>
    hatched ? [hatchLines(theme, part, { from: range.from, width, step: yRange.to * HATCH })] : [],
  )
  // The whole bars first: each lower part covers what is below its own top.
  const series: SeriesOption[] = [...bars.toReversed(), ...hatching, levelLines(theme, near)]
  const labelled = parts.length > 1 ? parts.map(({ label }) => label) : []
  return {
    option: {
      ...baseOption(theme),
      grid: { ...gridOption(theme), top: theme.tickSize * (labelled.length > 0 ? 3.4 : 1.8) },
      xAxis: xAxes(theme, xTitle, range, ticksOver(linearScale, range)),
      yAxis: yAxes(theme, yTitle, yRange, wholeTicks(yRange.from, yRange.to)),
      ...(labelled.length > 0 && { legend: kindLegend(theme, labelled) }),
      series,
    },
    notes: far.map(({ label, value }) => `${label} ${formatNumber(value)} off the axis`),
  }
}

interface Stack extends Omit<HistogramPart, 'values'> {
  /** Counts without and with this part, bin by bin. */
  readonly bottoms: readonly number[]
  readonly tops: readonly number[]
}

/** From the bottom to the top: the last tops are the whole bars. */
function stacks(parts: readonly HistogramPart[], from: number, width: number): Stack[] {
  const tops = Array.from({ length: BINS }, () => 0)
  return parts.map(({ values, ...part }) => {
    const bottoms = [...tops]
    for (const value of values) tops[Math.min(BINS - 1, Math.floor((value - from) / width))]! += 1
    return { ...part, bottoms, tops: [...tops] }
  })
}

/**
 * Diagonals inside the bars of one part, in steps of the axis: patterns of the drawing library would be another picture
 * on paper than on the screen.
 */
function hatchLines(
  theme: ChartTheme,
  { colour, bottoms, tops }: Pick<Stack, 'colour' | 'bottoms' | 'tops'>,
  { from, width, step }: { readonly from: number; readonly width: number; readonly step: number },
): LineSeriesOption {
  const data = tops.flatMap((top, i) => {
    const [left, bottom] = [from + i * width, bottoms[i]!]
    const count = Math.ceil((top - bottom) / step - 1e-9)
    return Array.from({ length: count }, (_, k) => {
      const low = bottom + k * step
      const part = Math.min(1, (top - low) / step)
      return [[left, low], [left + part * width, low + part * step], [left + width, null]] // prettier-ignore
    }).flat()
  })
  const lineStyle = { color: groupColour(theme, colour), width: theme.axisWidth }
  return { type: 'line', silent: true, data, showSymbol: false, lineStyle, z: 3 }
}

/** Along the tops of the bars, with gaps between bins that are empty. */
function outline(tops: readonly number[], from: number, width: number): (number | null)[][] {
  return tops.flatMap((top, i) => {
    const [left, right] = [from + i * width, from + (i + 1) * width]
    return top > 0 ? [[left, 0], [left, top], [right, top], [right, 0], [right, null]] : [] // prettier-ignore
  })
}

function levelLines(theme: ChartTheme, levels: readonly PredictedLevel[]): LineSeriesOption {
  return {
    type: 'line',
    data: [],
    silent: true,
    z: 4,
    markLine: {
      ...exactMarks,
      lineStyle: { type: [4, 3], color: theme.text, width: theme.lineWidth * 0.75, opacity: 1 },
      label: {
        color: theme.text,
        fontSize: theme.tickSize,
        fontFamily: theme.fontFamily,
        distance: theme.tickSize * 0.3,
        ...labelGround(theme),
      },
      data: levels.map(({ value, label }) => ({ xAxis: value, name: label, label: { formatter: label } })),
    },
  }
}

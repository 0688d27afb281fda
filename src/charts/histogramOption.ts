import type { LineSeriesOption, SeriesOption } from 'echarts'
import { formatNumber } from './format'
import { baseOption, exactMarks, gridOption, labelGround, paddedRange, textWidth, ticksOver, xAxes, yAxes, type DrawnMark } from './frame' // prettier-ignore
import { distinctLevels, type PredictedLevel } from './predictedLines'
import { linearScale, wholeTicks } from './scale'
import { groupColour, type ChartTheme } from './theme'

/** Values of one kind: one colour in every bar. */
export interface HistogramPart {
  readonly label: string
  readonly values: Float64Array
  /** Number of its colour among the groups, so that a kind has one colour in every picture. */
  readonly colour: number
}

export interface HistogramInput {
  /** From the bottom of each bar to its top. */
  readonly parts: readonly HistogramPart[]
  readonly levels: readonly PredictedLevel[]
  readonly xTitle: string
  readonly yTitle: string
}

const BINS = 60
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
  const bars = stacked.map(({ label, colour, tops }): LineSeriesOption => {
    const color = groupColour(theme, colour)
    return {
      type: 'line',
      name: label,
      silent: true,
      data: outline(tops, range.from, width),
      showSymbol: false,
      lineStyle: { color, width: theme.axisWidth },
      itemStyle: { color },
      areaStyle: { color, opacity: 1, origin: 'start' },
    }
  })
  // The whole bars first: each lower part covers what is below its own top.
  const series: SeriesOption[] = [...bars.toReversed(), levelLines(theme, near)]
  const labelled = parts.length > 1 ? parts.map(({ label }) => label) : []
  return {
    option: {
      ...baseOption(theme),
      grid: { ...gridOption(theme), top: theme.tickSize * (labelled.length > 0 ? 3.4 : 1.8) },
      xAxis: xAxes(theme, xTitle, range, ticksOver(linearScale, range)),
      yAxis: yAxes(theme, yTitle, yRange, wholeTicks(yRange.from, yRange.to)),
      ...(labelled.length > 0 && { legend: legendOf(theme, labelled) }),
      series,
    },
    notes: far.map(({ label, value }) => `${label} ${formatNumber(value)} off the axis`),
  }
}

/** Counts up to and including each part, bin by bin; the last ones are the whole bars. */
function stacks(parts: readonly HistogramPart[], from: number, width: number) {
  const tops = Array.from({ length: BINS }, () => 0)
  return parts.map(({ label, values, colour }) => {
    for (const value of values) tops[Math.min(BINS - 1, Math.floor((value - from) / width))]! += 1
    return { label, colour, tops: [...tops] }
  })
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

function legendOf(theme: ChartTheme, labels: readonly string[]) {
  const widest = Math.max(...labels.map((label) => textWidth(label, theme.tickSize)))
  return {
    type: 'scroll' as const,
    top: 0,
    right: 0,
    itemWidth: theme.tickSize,
    itemHeight: theme.tickSize * 0.8,
    itemGap: Math.min(theme.tickSize, widest),
    padding: 0,
    icon: 'rect',
    textStyle: { color: theme.text, fontSize: theme.tickSize },
    data: [...labels],
  }
}

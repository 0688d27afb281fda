import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import type { Prediction } from '#shared/records'
import { formatNumber, formatPowersOfTen } from './format'
import {
  baseOption,
  type DrawnMark,
  exactMarks,
  gridOption,
  labelGround,
  paddedRange,
  ticksOver,
  xAxes,
  yAxes,
} from './frame'
import { scaleOver, type Scale, type Tick } from './scale'
import { groupEigenvalues, levelsByValue, type EigenvalueGroup } from './spectrumLevels'
import type { ChartTheme } from './theme'
import { itemTooltip } from './tooltip'

export interface SpectrumInput {
  /** Descending. */
  readonly eigenvalues: Float64Array
  /** How many leading eigenvalues count as outliers; null where theory names no count. */
  readonly outlierCount: number | null
  readonly levels: Prediction['levels']
  readonly xTitle: string
  readonly valueScale: 'linear' | 'symlog'
}

const BINS = 80
/** The log count axis starts at half an eigenvalue, so that a single one still has a height. */
const BASE_COUNT = 0.5
const GROUP_TOLERANCE = 1e-3
const MOST_NAMED_STICKS = 6
/** Room beyond the tallest stick for its label, also in a small panel. */
const LABEL_ROOM = 1.7

/**
 * Eigenvalues of one step: the bulk as a histogram, every group of equal outliers as a stick with its multiplicity, and
 * below the axis, like a mirror, what theory predicts. Heights are counts on a log axis.
 */
export function spectrumOption(input: SpectrumInput, theme: ChartTheme): DrawnMark {
  const { eigenvalues, levels } = input
  const known = eigenvalues.filter((value) => Number.isFinite(value))
  const largest = known.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  const scale = scaleOver(input.valueScale, [known])
  const outlierCount = input.outlierCount ?? 0
  // Below 10⁻⁸ of the largest, differences are rounding and do not split a group.
  const sticks = groupEigenvalues(known.subarray(0, outlierCount), GROUP_TOLERANCE, 1e-8 * largest)
  const predicted = levelsByValue(levels)
  const range = paddedRange([...known, ...predicted.map(({ value }) => value)].map(scale.forward), 0.1)
  const bars = histogram(known.subarray(outlierCount), scale, range)
  const heights = [...bars.map((bar) => bar.count), ...sticks.map((stick) => stick.copies)]
  const reach = 0.12 * (range.to - range.from)
  const top = heightOf(Math.max(10, ...heights)) * LABEL_ROOM
  const depth = heightOf(Math.max(10, ...predicted.map(({ copies }) => copies))) * LABEL_ROOM
  const bottom = predicted.length > 0 ? -depth : 0
  return {
    option: {
      ...baseOption(theme),
      grid: gridOption(theme),
      xAxis: xAxes(theme, input.xTitle, range, ticksOver(scale, range)),
      yAxis: yAxes(theme, countTitle(predicted.length > 0), { from: bottom, to: top }, countTicks(bottom, top)),
      tooltip: itemTooltip(theme),
      series: [
        histogramSeries(theme, bars, predicted.length > 0),
        ...stickSeries(theme, sticks, scale, reach, 'measured'),
        ...stickSeries(theme, predicted, scale, reach, 'predicted'),
      ],
    },
    notes:
      known.length < eigenvalues.length
        ? [`${eigenvalues.length - known.length} eigenvalues not finite, not drawn`]
        : [],
  }
}

interface Bar {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Equal bins on the axis (not in the values), empty ones left out. */
function histogram(values: Float64Array, scale: Scale, range: { from: number; to: number }): Bar[] {
  const width = (range.to - range.from) / BINS
  const counts = new Map<number, number>()
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((scale.forward(value) - range.from) / width))
    counts.set(bin, (counts.get(bin) ?? 0) + 1)
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([bin, count]) => ({ from: range.from + bin * width, to: range.from + (bin + 1) * width, count }))
}

function heightOf(count: number): number {
  return Math.log10(count / BASE_COUNT)
}

/** Bars as one outline with gaps: one series whatever the number of bins. */
function histogramSeries(theme: ChartTheme, bars: readonly Bar[], mirrored: boolean): LineSeriesOption {
  const data = bars.flatMap(({ from, to, count }): (number | null)[][] => [
    [from, 0],
    [from, heightOf(count)],
    [to, heightOf(count)],
    [to, 0],
    [to, null],
  ])
  const baseline: NonNullable<LineSeriesOption['markLine']> = {
    ...exactMarks,
    label: { show: false },
    lineStyle: { type: 'solid', color: theme.quiet, width: theme.axisWidth },
    data: [{ yAxis: 0 }],
  }
  return {
    type: 'line',
    name: 'bulk',
    data,
    silent: true,
    symbol: 'none',
    lineStyle: { color: theme.bulk, width: theme.axisWidth },
    itemStyle: { color: theme.bulk },
    areaStyle: { color: theme.bulk, opacity: 0.75, origin: 0 },
    ...(mirrored && { markLine: baseline }),
  }
}

/** Sticks with heads: measured up, filled and solid; predicted down, hollow and dashed. */
function stickSeries(
  theme: ChartTheme,
  groups: readonly EigenvalueGroup[],
  scale: Scale,
  reach: number,
  role: 'measured' | 'predicted',
): (LineSeriesOption | ScatterSeriesOption)[] {
  const isMeasured = role === 'measured'
  const colour = isMeasured ? theme.outlier : theme.text
  const heads = groups.map((group) => ({
    x: scale.forward(group.value),
    y: (isMeasured ? 1 : -1) * heightOf(group.copies),
    text: stickLabel(group, groups.length),
    copies: group.copies,
    name: `${role}: ${group.copies} × ${formatNumber(group.value, isMeasured ? 5 : 10)}`,
  }))
  const labels = jointLabels(heads, reach, (cluster) =>
    isMeasured ? `${cluster.reduce((sum, { copies }) => sum + copies, 0)} outliers` : `${cluster.length} levels`,
  )
  return [
    {
      type: 'line',
      name: `${role} sticks`,
      data: heads.flatMap(({ x, y }): (number | null)[][] => [
        [x, 0],
        [x, y],
        [x, null],
      ]),
      silent: true,
      symbol: 'none',
      lineStyle: { color: colour, width: theme.lineWidth, type: isMeasured ? 'solid' : [4, 3] },
      z: 4,
    },
    {
      type: 'scatter',
      name: role,
      symbol: 'circle',
      symbolSize: theme.markerSize * 1.2,
      itemStyle: isMeasured
        ? { color: colour, opacity: 1 }
        : { color: theme.background, borderColor: colour, borderWidth: theme.lineWidth * 0.75, opacity: 1 },
      data: heads.map((head) => ({
        value: [head.x, head.y],
        name: head.name,
        label: { formatter: labels.get(head) ?? '' },
      })),
      label: {
        show: true,
        position: isMeasured ? 'top' : 'bottom',
        distance: theme.tickSize * 0.3,
        color: theme.text,
        fontSize: theme.tickSize,
        lineHeight: theme.tickSize * 1.2,
        fontFamily: theme.fontFamily,
        ...labelGround(theme),
      },
      labelLayout: { hideOverlap: true },
      z: 5,
    },
  ]
}

interface Head {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly copies: number
}

/** Sticks closer than `reach` share one label at the tallest of them: two a line each, more only their number. */
function jointLabels<H extends Head>(
  heads: readonly H[],
  reach: number,
  summary: (cluster: readonly H[]) => string,
): Map<H, string> {
  const sorted = [...heads].sort((a, b) => b.x - a.x)
  const labels = new Map<H, string>()
  for (let i = 0; i < sorted.length;) {
    const first = sorted[i]!
    const cluster = sorted.slice(i).filter((head) => first.x - head.x < reach)
    i += cluster.length
    const tallest = cluster.reduce((best, head) => (Math.abs(head.y) > Math.abs(best.y) ? head : best))
    const lines = cluster.map((head) => head.text).filter((text) => text !== '')
    // Many sticks of one eigenvalue each speak for themselves.
    if (lines.length > 0) labels.set(tallest, cluster.length <= 2 ? lines.join('\n') : summary(cluster))
  }
  return labels
}

/** Few sticks say value and copies; many say only their copies, where more than one. */
function stickLabel({ value, copies }: EigenvalueGroup, sticks: number): string {
  if (sticks <= MOST_NAMED_STICKS) return `${copies} × ${formatNumber(value, 4)}`
  return copies > 1 ? `×${copies}` : ''
}

function countTitle(mirrored: boolean): string {
  // The axis of a small panel has no room for more in one line.
  return mirrored ? 'count\n← predicted   measured →' : 'count'
}

/** Counts 1, 10, 100 … upwards, and downwards for the mirror. */
function countTicks(bottom: number, top: number) {
  const powers: { exponent: number; position: number }[] = []
  const minor: number[] = []
  for (const [sign, reach] of [[-1, -bottom] as const, [1, top] as const]) {
    for (let exponent = 0; heightOf(10 ** exponent) <= reach; exponent++) {
      powers.push({ exponent, position: sign * heightOf(10 ** exponent) })
      for (let digit = 2; digit <= 9 && heightOf(digit * 10 ** exponent) <= reach; digit++) {
        minor.push(sign * heightOf(digit * 10 ** exponent))
      }
    }
  }
  const labels = formatPowersOfTen(powers.map(({ exponent }) => exponent))
  const major = powers.map(({ position }, i): Tick => ({ position, label: labels[i]! }))
  return { major: major.sort((a, b) => a.position - b.position), minor }
}

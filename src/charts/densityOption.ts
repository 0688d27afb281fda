import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import type { Prediction } from '#shared/records'
import { downsample } from './downsample'
import { formatNumber } from './format'
import {
  baseOption,
  type DrawnMark,
  exactMarks,
  gridOption,
  paddedRange,
  positionsOf,
  ticksOver,
  xAxes,
  yAxes,
} from './frame'
import { linearScale, logScale } from './scale'
import { levelsByValue } from './spectrumLevels'
import type { ChartTheme } from './theme'
import { itemTooltip } from './tooltip'

export interface DensityInput {
  /** Ascending. */
  readonly grid: Float64Array
  readonly density: Float64Array
  /** Standard error of the density, drawn as thin lines above and below it; NaN or absent: not known. */
  readonly error?: Float64Array
  readonly levels: Prediction['levels']
  readonly xTitle: string
  readonly yTitle: string
}

/** Gaussian tails reach 10⁻³⁰⁰; the axis shows this many decades below the highest point. */
const DECADES = 8

/** A smooth spectral density on a log axis; predicted eigenvalues as hollow ticks along its lower edge. */
export function densityOption(input: DensityInput, theme: ChartTheme): DrawnMark {
  const { grid, density, levels } = input
  const { positions, missing } = positionsOf(logScale, density)
  const highest = positions.reduce((max, position) => (position > max ? position : max), -Infinity)
  const floor = Number.isFinite(highest) ? highest - DECADES : 0
  const shown = positions.map((position) => (position < floor ? NaN : position))
  const cut = shown.filter(Number.isNaN).length - missing
  const yRange = paddedRange(shown.filter(Number.isFinite))
  const xRange = paddedRange([...grid, ...levels.map(({ value }) => value)].filter(Number.isFinite))
  const kept = downsample(grid, shown)
  const curve: LineSeriesOption = {
    type: 'line',
    name: 'density',
    data: kept.map((i) => [grid[i]!, Number.isNaN(shown[i]!) ? null : shown[i]!]),
    symbol: 'none',
    silent: true,
    lineStyle: { color: theme.groups[0]!, width: theme.lineWidth },
    itemStyle: { color: theme.groups[0]! },
    areaStyle: { color: theme.groups[0]!, opacity: 0.12, origin: 'start' },
  }
  return {
    option: {
      ...baseOption(theme),
      grid: gridOption(theme),
      xAxis: xAxes(theme, input.xTitle, xRange, ticksOver(linearScale, xRange)),
      yAxis: yAxes(theme, input.yTitle, yRange, ticksOver(logScale, yRange)),
      tooltip: itemTooltip(theme),
      series: [...errorLines(theme, input, floor), curve, predictedTicks(theme, levels, yRange.from)],
    },
    notes: [
      ...(kept.length < grid.length ? [`${kept.length} of ${grid.length} points drawn`] : []),
      ...(missing > 0
        ? [`${missing} ${missing === 1 ? 'value' : 'values'} ≤ 0 or not finite, not on the log axis`]
        : []),
      ...(cut > 0 ? [`axis cut 8 decades below the maximum, ${cut} points under it`] : []),
    ],
  }
}

/** One standard error to either side; where the lower line would leave the axis it ends. */
function errorLines(theme: ChartTheme, { grid, density, error }: DensityInput, floor: number): LineSeriesOption[] {
  if (!error || error.every(Number.isNaN)) return []
  return [1, -1].map((sign): LineSeriesOption => {
    const bound = density.map((value, i) => value + sign * error[i]!)
    const { positions } = positionsOf(logScale, bound)
    return {
      type: 'line',
      name: 'standard error',
      data: Array.from(positions, (position, i) => [grid[i]!, position >= floor ? position : null]),
      symbol: 'none',
      silent: true,
      lineStyle: { color: theme.groups[0]!, width: theme.axisWidth, opacity: 0.55 },
    }
  })
}

/** Hollow triangles on the lower edge, each with a dashed line up. */
function predictedTicks(theme: ChartTheme, levels: DensityInput['levels'], bottom: number): ScatterSeriesOption {
  return {
    type: 'scatter',
    name: 'predicted',
    symbol: 'triangle',
    symbolSize: theme.markerSize * 1.4,
    symbolOffset: [0, '-50%'],
    clip: false,
    itemStyle: { color: theme.background, borderColor: theme.text, borderWidth: theme.lineWidth * 0.75, opacity: 1 },
    data: levelsByValue(levels).map(({ value, copies }) => ({
      value: [value, bottom],
      name: `predicted: ${copies} × ${formatNumber(value, 10)}`,
      label: { formatter: `×${copies}` },
    })),
    label: { show: true, position: 'top', distance: 2, color: theme.text, fontSize: theme.tickSize },
    labelLayout: { hideOverlap: true },
    markLine: {
      ...exactMarks,
      label: { show: false },
      lineStyle: { type: [4, 3], color: theme.text, width: theme.lineWidth * 0.75, opacity: 0.6 },
      data: levelsByValue(levels).map(({ value }) => ({ xAxis: value })),
    },
    z: 5,
  }
}

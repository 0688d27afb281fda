import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import type { Importance } from '#shared/comparisonImportance'
import { formatNumber } from '../format'
import { baseOption, gridOption, ticksOver, xAxes, yAxes, type DrawnMark } from '../frame'
import { linearScale } from '../scale'
import type { ChartTheme } from '../theme'
import { itemTooltip } from '../tooltip'

export interface ImportanceInput {
  readonly importances: readonly Importance[]
  readonly nameOf: (setting: string) => string
}

/** What has to be read with every number of this picture. */
export const IMPORTANCE_CAVEAT =
  'Each setting alone: what matters only together with another shows little, and settings varied together share the same variance.'

/** Settings from top to bottom: filled dots for the variance that each explains, hollow ones for the rank correlation. */
export function importanceOption({ importances, nameOf }: ImportanceInput, theme: ChartTheme): DrawnMark {
  const rows = importances.length
  const height = (i: number) => rows - 1 - i
  const yRange = { from: -0.6, to: rows - 0.4 }
  const xRange = { from: -1.05, to: 1.05 }
  const dots = (name: string, isHollow: boolean, pick: (importance: Importance) => number): ScatterSeriesOption => ({
    type: 'scatter',
    name,
    symbol: isHollow ? 'diamond' : 'circle',
    symbolSize: theme.markerSize * (isHollow ? 2 : 1.7),
    itemStyle: isHollow
      ? { color: theme.background, borderColor: theme.text, borderWidth: theme.lineWidth, opacity: 1 }
      : { color: theme.groups[0]!, opacity: 1 },
    data: importances.flatMap((importance, i) => {
      const value = pick(importance)
      if (!Number.isFinite(value)) return []
      const words = `${nameOf(importance.setting)}: ${name} ${formatNumber(value, 3)}`
      return [{ value: [value, height(i)], name: `${words}\n${importance.levels} values in ${importance.runs} runs` }]
    }),
    z: 4,
  })
  const stems: LineSeriesOption = {
    type: 'line',
    data: importances.flatMap(({ varianceExplained }, i): (number | null)[][] =>
      Number.isFinite(varianceExplained)
        ? [
            [0, height(i)],
            [varianceExplained, height(i)],
            [0, null],
          ]
        : [],
    ),
    symbol: 'none',
    silent: true,
    lineStyle: { color: theme.groups[0]!, width: theme.lineWidth },
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      label: { show: false },
      lineStyle: { type: 'solid', color: theme.quiet, width: theme.axisWidth },
      data: [{ xAxis: 0 }],
    },
    z: 3,
  }
  const ticks = importances.map(({ setting }, i) => ({ position: height(i), label: nameOf(setting) }))
  const undefinedOnes = importances.filter(({ varianceExplained }) => Number.isNaN(varianceExplained)).length
  return {
    option: {
      ...baseOption(theme),
      grid: gridOption(theme),
      xAxis: xAxes(theme, '● variance explained (ε²)   ◇ rank correlation', xRange, ticksOver(linearScale, xRange)),
      yAxis: yAxes(theme, '', yRange, { major: ticks, minor: [] }),
      tooltip: itemTooltip(theme),
      series: [
        stems,
        dots('variance explained', false, (importance) => importance.varianceExplained),
        dots('rank correlation', true, (importance) => importance.rankCorrelation),
      ],
    },
    notes: undefinedOnes > 0 ? [`ε² undefined for ${undefinedOnes}: no value has two runs`] : [],
  }
}

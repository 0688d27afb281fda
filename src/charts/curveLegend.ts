import type { LegendComponentOption } from 'echarts'
import type { Curve } from './curves'
import { shortLabel } from './directLabels'
import { textWidth } from './frame'
import { mathStyles, richMath } from './mathText'
import type { ChartTheme } from './theme'

/** Room in px that the legend needs right of the plot: its widest entry, the sign before it and the gaps. */
export function legendRoom(theme: ChartTheme, labels: readonly string[]): number {
  return Math.max(...labels.map((label) => textWidth(shortLabel(label), theme.tickSize))) + theme.tickSize * 3.4
}

/** A column right of the plot; longer than the plot is high, it gets pages. */
export function curveLegend(
  theme: ChartTheme,
  curves: readonly Pick<Curve, 'name' | 'label'>[],
): LegendComponentOption {
  return {
    type: 'scroll',
    orient: 'vertical',
    top: 'middle',
    right: 0,
    itemWidth: theme.tickSize * 1.5,
    itemHeight: theme.tickSize * 0.6,
    itemGap: theme.tickSize * 0.4,
    padding: theme.tickSize * 0.4,
    textStyle: {
      color: theme.text,
      fontSize: theme.tickSize,
      rich: mathStyles(theme.fontFamily, theme.tickSize),
    },
    data: curves.map((curve) => curve.name),
    formatter: (name) => richMath(shortLabel(curves.find((curve) => curve.name === name)?.label ?? name)),
  }
}

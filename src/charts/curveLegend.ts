import type { LegendComponentOption } from 'echarts'
import type { Curve } from './curves'
import { mathStyles, richMath } from './mathText'
import type { ChartTheme } from './theme'

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
    formatter: (name) => richMath(curves.find((curve) => curve.name === name)?.label ?? name),
  }
}

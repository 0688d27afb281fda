import type { LegendComponentOption } from 'echarts'
import { textWidth } from './frame'
import type { ChartTheme } from './theme'

/** Names of series beside their colours (`icon` null: their own symbols), above the plot: for what no direct label can name. */
export function kindLegend(
  theme: ChartTheme,
  labels: readonly string[],
  icon: 'rect' | null = 'rect',
): LegendComponentOption {
  const widest = Math.max(...labels.map((label) => textWidth(label, theme.tickSize)))
  return {
    type: 'scroll',
    top: 0,
    right: 0,
    itemWidth: theme.tickSize,
    itemHeight: theme.tickSize * 0.8,
    itemGap: Math.min(theme.tickSize, widest),
    padding: 0,
    ...(icon && { icon }),
    textStyle: { color: theme.text, fontSize: theme.tickSize },
    data: [...labels],
  }
}

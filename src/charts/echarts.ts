import { CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts'
import {
  GridComponent,
  LegendScrollComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { setPlatformAPI, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'
import { lineWidth } from './textMetrics'

use([
  CustomChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendScrollComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  LabelLayout,
  CanvasRenderer,
  SVGRenderer,
])

/**
 * Text is measured by our table, on screen as in a process without fonts: pieces of a formula stand where they belong in
 * every export, and a picture does not depend on when the page's fonts were loaded.
 */
setPlatformAPI({ measureText: (text, font) => ({ width: lineWidth(text, sizeOf(font)) }) })

function sizeOf(font: string | undefined): number {
  return Number(/([\d.]+)px/.exec(font ?? '')?.[1] ?? 12)
}

/** ECharts with exactly the parts our marks use; screen and export start charts from here, never from 'echarts'. */
export { connect, init } from 'echarts/core'

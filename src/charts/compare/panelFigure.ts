import type { Panel } from '#shared/comparison'
import { LabError } from '#shared/errors'
import type { EmptyFigure } from '../figureData'
import type { ChartTheme } from '../theme'
import { metricName, summaryName, type ComparisonContext, type PanelData } from './context'
import { buildCurves, buildMultiples } from './curvePanels'
import type { PanelFigure } from './drawing'
import { xName } from './groupCurves'
import { settingName } from './runGroups'
import { buildImportance, buildParallel } from './settingPanels'
import { buildSpectra } from './spectraPanel'
import { buildHeatmap, buildScatter } from './sweepPanels'

export type TableKind = 'metrics' | 'differences'
export type ChartPanel = Exclude<Panel, { kind: TableKind }>

/** The one way from a panel to a picture, for screen, export and test. */
export function buildPanel(
  panel: ChartPanel,
  context: ComparisonContext,
  data: PanelData,
  theme: ChartTheme,
  { isExport }: { readonly isExport: boolean },
): PanelFigure | EmptyFigure {
  const shared = { title: panelTitle(panel, context), context, data, theme, isExport }
  switch (panel.kind) {
    case 'curves':
      return buildCurves({ ...shared, panel })
    case 'multiples':
      return buildMultiples({ ...shared, panel })
    case 'heatmap':
      return buildHeatmap({ ...shared, panel })
    case 'scatter':
      return buildScatter({ ...shared, panel })
    case 'parallel':
      return buildParallel({ ...shared, panel })
    case 'importance':
      return buildImportance({ ...shared, panel })
    case 'spectra':
      return buildSpectra({ ...shared, panel })
    default:
      throw new LabError('bad-input', `buildPanel: unknown kind "${String(panel satisfies never)}".`)
  }
}

/** What a panel is called until a person names it. */
export function panelTitle(panel: Panel, context: ComparisonContext): string {
  return titleWords(panel, context).replace(/^\p{Ll}(?=\p{Ll})/u, (first) => first.toUpperCase())
}

function titleWords(panel: Panel, context: ComparisonContext): string {
  const setting = (path: string) => settingName(path, context.systems)
  switch (panel.kind) {
    case 'curves':
      return `${metricName(context, panel.metric)} over ${xName(panel.x, context)}`
    case 'multiples': {
      const over = [panel.rows, panel.columns].flatMap((path) => (path === null ? [] : setting(path)))
      return `${metricName(context, panel.metric)} for every ${over.join(' and ')}`
    }
    case 'heatmap':
      return `${summaryName(context, panel.summary)} over ${setting(panel.rows)} and ${setting(panel.columns)}`
    case 'scatter':
      return `${summaryName(context, panel.summary)} against ${setting(panel.setting)}`
    case 'parallel':
      return 'Parallel coordinates'
    case 'importance':
      return `What moves the ${summaryName(context, panel.summary)}`
    case 'spectra':
      return `${metricName(context, panel.metric)}, side by side`
    case 'metrics':
      return 'Metrics'
    case 'differences':
      return 'Differences of settings'
  }
}

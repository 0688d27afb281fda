import type { Metric, Panel, PanelKind, Summary } from '#shared/comparison'
import { settingsOf } from '#shared/comparisonSettings'
import { quantityOf, sweptSettings, type ComparisonContext } from '#charts/compare/context'
import { settingScale } from '#charts/compare/runGroups'
import { words } from './words'

/** Kinds of panels, in the order of the menu. */
export const panelKinds: readonly { readonly id: PanelKind; readonly label: string }[] = [
  { id: 'curves', label: words.kinds.curves },
  { id: 'metrics', label: words.kinds.metrics },
  { id: 'differences', label: words.kinds.differences },
  { id: 'heatmap', label: words.kinds.heatmap },
  { id: 'multiples', label: words.kinds.multiples },
  { id: 'scatter', label: words.kinds.scatter },
  { id: 'parallel', label: words.kinds.parallel },
  { id: 'importance', label: words.kinds.importance },
  { id: 'spectra', label: words.kinds.spectra },
]

/** Every scalar that any of the runs measured, each once; the loss first, clocks last. */
export function comparedMetrics(context: ComparisonContext): Metric[] {
  return distinct(context.runs.flatMap((run) => run.scalars)).toSorted((a, b) => rank(context, a) - rank(context, b))
}

/** Vectors and spectra that any of the runs measured. */
export function comparedArrays(context: ComparisonContext): Metric[] {
  const arrays = context.runs.flatMap((run) => run.arrays.map(({ quantity, layer }) => ({ quantity, layer })))
  return distinct(arrays).filter((metric) => ['spectrum', 'vector'].includes(quantityOf(context, metric)?.kind ?? ''))
}

function rank(context: ComparisonContext, metric: Metric): number {
  if (metric.quantity === 'loss') return 0
  return quantityOf(context, metric)?.kind === 'clock' ? 2 : 1
}

function distinct(metrics: readonly Metric[]): Metric[] {
  return [...new Map(metrics.map((metric) => [`${metric.quantity} ${metric.layer}`, metric])).values()]
}

/** A panel with what suits these runs; a person changes it from there. */
export function newPanel(kind: PanelKind, context: ComparisonContext): Panel {
  const metric = comparedMetrics(context)[0] ?? { quantity: 'loss', layer: null }
  const summary: Summary = { ...metric, at: 'last' }
  const scale = quantityOf(context, metric)?.scale ?? 'linear'
  const settings = sweptSettings(context).filter((path) => path !== 'seed')
  const numeric = settings.filter((path) => typeof settingsOf(context.runs[0]!).get(path) === 'number')
  const [first = 'seed', second = 'seed'] = [...numeric, ...settings.filter((path) => !numeric.includes(path))]
  const frame = { id: crypto.randomUUID(), width: 1, height: 1 }
  const curves = { metric, x: null, xScale: 'log', yScale: scale, spread: { kind: 'std', coverage: 0.9 } } as const
  switch (kind) {
    case 'curves':
      return { kind, ...frame, ...curves, showRuns: false, smoothing: 0, smoothExports: false }
    case 'multiples':
      return { kind, ...frame, width: 2, ...curves, rows: second === 'seed' ? null : second, columns: first }
    case 'heatmap':
      return { kind, ...frame, summary, rows: second, columns: first, valueScale: scale }
    case 'scatter':
      return {
        kind,
        ...frame,
        summary,
        setting: first,
        xScale: settingScale(first, context.systems),
        yScale: scale,
        theory: true,
      }
    case 'parallel':
      return { kind, ...frame, width: 2, settings: settings.slice(0, 4), summaries: [summary], brushes: [] }
    case 'importance':
      return { kind, ...frame, summary }
    case 'spectra':
      return { kind, ...frame, height: 2, metric: comparedArrays(context)[0] ?? metric, step: null }
    case 'metrics':
      return { kind, ...frame, summaries: headlineSummaries(context) }
    case 'differences':
      return { kind, ...frame, all: false }
  }
}

/** What a comparison shows before a person has added anything. */
export function starterPanels(context: ComparisonContext): Panel[] {
  return (['curves', 'metrics', 'differences'] as const).map((kind) => newPanel(kind, context))
}

/** Metrics of the whole run that most people look at first. */
function headlineSummaries(context: ComparisonContext): Summary[] {
  const metrics = comparedMetrics(context).filter((metric) => metric.layer === null)
  const wanted = ['loss', 'verdict', 'accuracy', 'testAccuracy', 'gradientNorm']
  const found = wanted.flatMap((quantity) => metrics.find((metric) => metric.quantity === quantity) ?? [])
  return (found.length > 0 ? found : metrics.slice(0, 2)).map((metric) => ({ ...metric, at: 'last' }))
}

import { metricKey, type AxisScale, type Metric, type Spread, type Summary } from '#shared/comparison'
import { summaryKey } from '#shared/comparisonSummary'
import { metricName, summaryName, sweptSettings, type ComparisonContext } from '#charts/compare/context'
import { settingName } from '#charts/compare/runGroups'
import { comparedMetrics } from './newPanel'
import { words } from './words'

export interface Option<T extends string> {
  readonly value: T
  readonly label: string
}

export const scaleOptions: readonly Option<AxisScale>[] = [
  { value: 'linear', label: words.options.linear },
  { value: 'log', label: words.options.log },
  { value: 'symlog', label: words.options.symlog },
]
export const spreadOptions: readonly Option<Spread['kind']>[] = [
  { value: 'none', label: words.options.meanAlone },
  { value: 'std', label: words.options.std },
  { value: 'sem', label: words.options.sem },
  { value: 'minMax', label: words.options.minMax },
  { value: 'quantile', label: words.options.quantiles },
  { value: 'bootstrap', label: words.options.bootstrap },
]
export const placeOptions: readonly Option<Summary['at']>[] = [
  { value: 'last', label: words.options.last },
  { value: 'min', label: words.options.least },
  { value: 'max', label: words.options.greatest },
]
export const sizeOptions = [1, 2, 3].map((value) => ({ value, label: String(value) }))

/** Metrics by their key, for a list to choose from. */
export function metricOptions(context: ComparisonContext, metrics: readonly Metric[] = comparedMetrics(context)) {
  return metrics.map((metric) => ({ value: metricKey(metric), label: metricName(context, metric), metric }))
}

/** In this order before all others: what a curve usually stands over. */
const clocks = ['epoch', 'flowTime', 'wallTime']

/** 'step', the other clocks, then every metric: all of them can stand on the x axis. */
export function axisOptions(context: ComparisonContext) {
  const metrics = metricOptions(context)
  const first = clocks.flatMap((clock) => metrics.filter(({ metric }) => metric.quantity === clock))
  const others = metrics.filter((option) => !first.includes(option))
  return [{ value: 'step', label: words.options.step, metric: null }, ...first, ...others]
}

/** Last, least and greatest of every metric. */
export function summaryOptions(context: ComparisonContext) {
  return metricOptions(context).flatMap(({ metric }) =>
    placeOptions.map(({ value: at }) => {
      const summary: Summary = { ...metric, at }
      return { value: summaryKey(summary), label: summaryName(context, summary), summary }
    }),
  )
}

/** Settings in which the runs differ; `kept` stays in the list though they no longer do. */
export function settingOptions(context: ComparisonContext, kept: readonly string[] = []): Option<string>[] {
  const paths = [...new Set([...sweptSettings(context), 'seed', ...kept])]
  return paths.map((path) => ({ value: path, label: settingName(path, context.systems) }))
}

import { metricKey, type Comparison, type Metric, type Panel, type PanelOf, type Summary } from '#shared/comparison'
import { differingSettings, distinctValues, settingsOf, type Settings } from '#shared/comparisonSettings'
import { summarise } from '#shared/comparisonSummary'
import type { ComparedRun, ComparedRuns, ComparisonRequests, TheoryOverParam } from '#shared/contract/comparisons'
import type { Handlers, Series, SystemInfo } from '#shared/contract/index'
import { inSentence } from '#shared/fieldNames'
import type { RunId } from '#shared/ids'
import type { QuantityDefinition } from '#shared/records'
import { axisTitle } from '../frame'
import { layerName } from '../layerName'
import { definitionOf, groupRuns, type RunGroup } from './runGroups'

export type Systems = readonly Pick<SystemInfo, 'id' | 'title' | 'params'>[]

/** What all panels of a comparison are drawn from. */
export interface ComparisonContext {
  readonly comparison: Comparison
  readonly runs: readonly ComparedRun[]
  /** How each run was made, by its id. */
  readonly settings: ReadonlyMap<RunId, Settings>
  readonly groups: readonly RunGroup[]
  readonly quantities: readonly QuantityDefinition[]
  readonly systems: Systems
}

export function comparisonContext(
  comparison: Comparison,
  { runs, quantities }: Pick<ComparedRuns, 'runs' | 'quantities'>,
  systems: Systems,
): ComparisonContext {
  const settings = new Map(runs.map((run) => [run.id, settingsOf(run)]))
  return { comparison, runs, settings, quantities, systems, groups: groupRuns(runs, settings, comparison, systems) }
}

export function settingsIn({ settings }: Pick<ComparisonContext, 'settings'>, { id }: ComparedRun): Settings {
  return settings.get(id) ?? new Map()
}

function allSettings({ settings }: Pick<ComparisonContext, 'settings'>): Settings[] {
  return [...settings.values()]
}

export function visibleGroups({ groups }: Pick<ComparisonContext, 'groups'>): readonly RunGroup[] {
  return groups.filter((group) => !group.hidden)
}

export function visibleRuns(context: Pick<ComparisonContext, 'groups'>): readonly ComparedRun[] {
  return visibleGroups(context).flatMap((group) => group.runs)
}

/** The settings in which the runs differ, the seed last: it is rarely what a sweep is about. */
export function sweptSettings(context: Pick<ComparisonContext, 'settings'>): string[] {
  const differing = differingSettings(allSettings(context))
  return [...differing.filter((path) => path !== 'seed'), ...differing.filter((path) => path === 'seed')]
}

/** The predictions over a setting for one of the systems or settings that the runs hold besides it. */
export interface TheoryCurveOver {
  readonly of: ComparedRun
  /** Null for a setting that is not a parameter, or where theory says nothing. */
  readonly theory: TheoryOverParam | null
}

/** What one panel needs, loaded before. */
export interface PanelData {
  readonly series: ReadonlyMap<string, ReadonlyMap<RunId, Series>>
  readonly arrays: ComparisonRequests['comparison.arrays']['output']
  readonly theory: readonly TheoryCurveOver[]
  readonly theoryAt: readonly number[]
}

type ComparisonHandlers = Pick<Handlers, 'comparison.series' | 'comparison.arrays' | 'comparison.theory'>

/** So many kinds of runs get a theory curve of their own. */
const MOST_THEORY_CURVES = 4
/** So many runs have their spectra side by side. */
export const MOST_SPECTRA = 12

/** Loads what a panel needs through the contract's calls. */
export async function loadPanel(
  panel: Panel,
  context: ComparisonContext,
  handlers: ComparisonHandlers,
): Promise<PanelData> {
  const runs = visibleRuns(context)
  const runIds = runs.map((run) => run.id)
  const series = new Map<string, ReadonlyMap<RunId, Series>>()
  const loadSeries = async (metric: Metric) => {
    const { quantity, layer } = metric
    const found = await handlers['comparison.series']({ runIds, quantity, layer })
    series.set(metricKey(metric), new Map(found.map(({ runId, ...rest }) => [runId, rest])))
  }
  const theoryAt = panel.kind === 'scatter' ? theoryPlaces(panel, context) : []
  const [arrays, theory] = await Promise.all([
    panel.kind === 'spectra'
      ? handlers['comparison.arrays']({ runIds: runIds.slice(0, MOST_SPECTRA), ...panel.metric, step: panel.step })
      : [],
    panel.kind === 'scatter' ? loadTheory(panel, context, theoryAt, handlers) : [],
    ...distinctMetrics(panel).map(loadSeries),
  ])
  return { series, arrays, theory, theoryAt }
}

/** The scalar metrics of a panel, each once. */
function distinctMetrics(panel: Panel): Metric[] {
  const byKey = new Map(metricsOf(panel).map((metric) => [metricKey(metric), metric]))
  return [...byKey.values()]
}

/** What is measured in a panel, each quantity once: of what its help card speaks. */
export function quantitiesIn(panel: Panel, context: Pick<ComparisonContext, 'quantities'>): QuantityDefinition[] {
  const metrics = panel.kind === 'spectra' ? [panel.metric] : metricsOf(panel)
  return [...new Set(metrics.flatMap((metric) => quantityOf(context, metric) ?? []))]
}

/** Whose curves a panel reads. */
export function metricsOf(panel: Panel): readonly Metric[] {
  switch (panel.kind) {
    case 'curves':
    case 'multiples':
      return panel.x ? [panel.metric, panel.x] : [panel.metric]
    case 'heatmap':
    case 'scatter':
    case 'importance':
      return [panel.summary]
    case 'parallel':
    case 'metrics':
      return panel.summaries
    case 'spectra':
    case 'differences':
      return []
  }
}

/** Where theory is asked: sixty places between the least and the greatest value that the runs have. */
function theoryPlaces({ setting, xScale }: PanelOf<'scatter'>, context: ComparisonContext): number[] {
  const values = distinctValues(allSettings(context), setting).filter((value) => typeof value === 'number')
  const [from, to] = [values[0], values.at(-1)]
  if (from === undefined || to === undefined || from === to) return values
  const isLog = xScale === 'log' && from > 0
  const between = Array.from({ length: 60 }, (_, i) =>
    isLog ? from * (to / from) ** (i / 59) : from + ((to - from) * i) / 59,
  )
  // The ends and the runs' own values exactly: rounding may leave the range that a parameter allows.
  const all = [...between.slice(1, -1), ...values]
  const isWhole = definitionOf(setting, context.systems)?.type === 'integer'
  return [...new Set(isWhole ? all.map(Math.round) : all)].sort((a, b) => a - b)
}

/** One curve for each system and set of other settings, the first few of them. */
async function loadTheory(
  { theory, summary, setting }: PanelOf<'scatter'>,
  context: ComparisonContext,
  values: readonly number[],
  handlers: ComparisonHandlers,
): Promise<TheoryCurveOver[]> {
  // A prediction is about the end of training; extremes on the way are another matter.
  if (!theory || summary.at !== 'last' || !setting.startsWith('params.') || values.length === 0) return []
  const kinds = Map.groupBy(visibleRuns(context), (run) => {
    const rest = [...settingsIn(context, run)].filter(([path]) => path !== 'seed' && path !== setting)
    return JSON.stringify(rest)
  })
  const param = setting.slice('params.'.length)
  const { quantity, layer } = summary
  return Promise.all(
    [...kinds.values()].slice(0, MOST_THEORY_CURVES).map(async ([run]) => ({
      of: run!,
      theory: await handlers['comparison.theory']({ runId: run!.id, param, values, quantity, layer }),
    })),
  )
}

/** The number of each run that a summary reads, NaN where it measured nothing. */
export function summaryOf(run: ComparedRun, summary: Summary, { series }: Pick<PanelData, 'series'>): number {
  const found = series.get(metricKey(summary))?.get(run.id)
  return found ? summarise(found, summary.at) : NaN
}

export function quantityOf({ quantities }: Pick<ComparisonContext, 'quantities'>, { quantity }: Metric) {
  return quantities.find((candidate) => candidate.id === quantity) ?? null
}

/** 'test loss, layer 2', as inside a sentence. */
export function metricName(context: Pick<ComparisonContext, 'quantities'>, metric: Metric): string {
  const label = inSentence(quantityOf(context, metric)?.label ?? metric.quantity)
  return metric.layer === null ? label : `${label}, ${layerName(metric.layer)}`
}

/** 'test loss L (dimensionless)' for an axis; the layer stands before the unit. */
export function metricTitle(context: Pick<ComparisonContext, 'quantities'>, metric: Metric, prefix = ''): string {
  const quantity = quantityOf(context, metric)
  const label = quantity?.label ?? metric.quantity
  const named = prefix === '' ? label : `${prefix}${inSentence(label)}`
  const title = axisTitle(named, quantity?.symbol ?? '', quantity?.unit ?? '')
  if (metric.layer === null) return title
  const unit = title.lastIndexOf(' (')
  return `${title.slice(0, unit)}, ${layerName(metric.layer)}${title.slice(unit)}`
}

const AT_WORDS = { last: 'last', min: 'least', max: 'greatest' } as const

/** 'last test loss', 'least NC1, layer 2'. */
export function summaryName(context: Pick<ComparisonContext, 'quantities'>, summary: Summary): string {
  return `${AT_WORDS[summary.at]} ${metricName(context, summary)}`
}

export function summaryTitle(context: Pick<ComparisonContext, 'quantities'>, summary: Summary): string {
  return metricTitle(context, summary, `${AT_WORDS[summary.at].replace(/^./, (first) => first.toUpperCase())} `)
}

import { importances } from '#shared/comparisonImportance'
import type { EmptyFigure } from '../figureData'
import type { TableCell } from '../toCsv'
import { quantityOf, settingsIn, summaryName, summaryOf, sweptSettings, visibleGroups, visibleRuns } from './context'
import { finiteOrNull, nothing, numberOrText, runWords, type Drawing, type PanelFigure } from './drawing'
import { IMPORTANCE_CAVEAT, importanceOption } from './importanceOption'
import { parallelOption } from './parallelOption'
import { settingName, settingScale } from './runGroups'
import { seriesStyle } from './seriesStyle'

export function buildParallel({ panel, title, context, data, theme }: Drawing<'parallel'>): PanelFigure | EmptyFigure {
  const members = visibleGroups(context).flatMap((group) => group.runs.map((run) => ({ run, group })))
  const axes = [
    ...panel.settings.map((path) => ({
      title: settingName(path, context.systems),
      scale: settingScale(path, context.systems),
      values: members.map(({ run }) => numberOrText(settingsIn(context, run).get(path))),
    })),
    ...panel.summaries.map((summary) => ({
      title: summaryName(context, summary),
      scale: quantityOf(context, summary)?.scale ?? 'linear',
      values: members.map(({ run }) => finiteOrNull(summaryOf(run, summary, data))),
    })),
  ]
  if (axes.length < 2 || members.length === 0) {
    return { title, reason: 'Parallel coordinates need at least two axes: choose settings and metrics.' }
  }
  const drawn = parallelOption(
    {
      axes,
      runs: members.map(({ run, group }) => ({ name: runWords(run, group), style: seriesStyle(theme, group.slot) })),
      brushes: panel.brushes.filter((brush) => brush.axis < axes.length),
    },
    theme,
  )
  const names = [
    ...panel.settings.map((path) => settingName(path, context.systems)),
    ...panel.summaries.map((summary) => summaryName(context, summary)),
  ]
  return {
    option: drawn.option,
    title,
    subtitle: [`${members.length} runs`, ...drawn.notes].join(', '),
    readout: null,
    table: {
      columns: ['run', 'group', 'inside', ...names],
      rows: members.map(({ run, group }, i): TableCell[] => [
        run.id,
        group.label,
        drawn.chosen.includes(i) ? 1 : 0,
        ...axes.map(({ values }) => values[i]!),
      ]),
    },
    upright: { names, valueAt: drawn.valueAt },
  }
}

export function buildImportance({
  panel,
  title,
  context,
  data,
  theme,
}: Drawing<'importance'>): PanelFigure | EmptyFigure {
  const runs = visibleRuns(context)
  const values = runs.map((run) => summaryOf(run, panel.summary, data))
  const columns = sweptSettings(context).map((setting) => ({
    setting,
    values: runs.map((run) => numberOrText(settingsIn(context, run).get(setting)) ?? undefined),
  }))
  if (columns.length === 0) return { title, reason: 'These runs differ in no setting: there is nothing to weigh.' }
  if (values.every((value) => !Number.isFinite(value))) return nothing(title, summaryName(context, panel.summary))
  // Decades count where the metric spans them; the variance of raw losses is that of the worst run.
  const isLog = quantityOf(context, panel.summary)?.scale === 'log' && values.every((value) => !(value <= 0))
  const found = importances(columns, isLog ? values.map(Math.log10) : values)
  const drawn = importanceOption({ importances: found, nameOf: (path) => settingName(path, context.systems) }, theme)
  return {
    option: drawn.option,
    title,
    subtitle: [isLog ? 'of log₁₀ of the metric' : 'of the metric', `${runs.length} runs`, ...drawn.notes].join(', '),
    readout: IMPORTANCE_CAVEAT,
    table: {
      columns: ['setting', 'variance explained', 'rank correlation', 'values', 'runs'],
      rows: found.map((one): TableCell[] => [
        one.setting,
        one.varianceExplained,
        one.rankCorrelation,
        one.levels,
        one.runs,
      ]),
    },
  }
}

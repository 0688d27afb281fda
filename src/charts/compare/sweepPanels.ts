import { differingSettings } from '#shared/comparisonSettings'
import { mean } from '#shared/comparisonSpread'
import type { EmptyFigure } from '../figureData'
import { heatmapOption } from '../heatmapOption'
import type { TableCell } from '../toCsv'
import {
  settingsIn,
  summaryName,
  summaryOf,
  summaryTitle,
  visibleGroups,
  visibleRuns,
  type ComparisonContext,
  type PanelData,
} from './context'
import { has, nothing, numberOrText, runWords, swept, type Drawing, type PanelFigure } from './drawing'
import { settingsLabel, settingTitle, settingValueText } from './runGroups'
import { scatterOption } from '../scatterOption'
import { seriesStyle } from './seriesStyle'

export function buildHeatmap({ panel, title, context, data, theme }: Drawing<'heatmap'>): PanelFigure | EmptyFigure {
  const runs = visibleRuns(context)
  // The largest value on top, as on any upright axis.
  const [rows, columns] = [swept(context, panel.rows).toReversed(), swept(context, panel.columns)]
  const cells = rows.flatMap((row) =>
    columns.map((column) => {
      const inside = runs.filter((run) => {
        const settings = settingsIn(context, run)
        return has(settings, panel.rows, row) && has(settings, panel.columns, column)
      })
      const values = inside.map((run) => summaryOf(run, panel.summary, data)).filter(Number.isFinite)
      return { row, column, n: values.length, value: values.length > 0 ? mean(Float64Array.from(values)) : NaN }
    }),
  )
  if (cells.every(({ n }) => n === 0)) return nothing(title, summaryName(context, panel.summary))
  const drawn = heatmapOption(
    {
      rows: rows.length,
      columns: columns.length,
      data: Float64Array.from(cells, ({ value }) => value),
      rowTitle: settingTitle(panel.rows, context.systems),
      columnTitle: settingTitle(panel.columns, context.systems),
      valueTitle: summaryTitle(context, panel.summary),
      rowLabels: rows.map(settingValueText),
      columnLabels: columns.map(settingValueText),
      valueScale: panel.valueScale,
      emptyCells: 'without a run',
    },
    theme,
  )
  const counts = cells.flatMap(({ n }) => (n > 0 ? [n] : []))
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return {
    option: drawn.option,
    title,
    subtitle: [`mean of ${least === most ? least : `${least} … ${most}`} runs a cell`, ...drawn.notes].join(', '),
    readout: null,
    table: {
      columns: [panel.rows, panel.columns, 'n', 'mean'],
      rows: cells.map(({ row, column, n, value }) => [numberOrText(row), numberOrText(column), n, value]),
    },
  }
}

export function buildScatter({ panel, title, context, data, theme }: Drawing<'scatter'>): PanelFigure | EmptyFigure {
  const points = visibleGroups(context).flatMap((group) =>
    group.runs.flatMap((run) => {
      const x = settingsIn(context, run).get(panel.setting)
      const y = summaryOf(run, panel.summary, data)
      if (typeof x !== 'number' || Number.isNaN(y)) return []
      return [{ run, group, x, y, style: seriesStyle(theme, group.slot), name: runWords(run, group) }]
    }),
  )
  if (points.length === 0) return nothing(title, `${summaryName(context, panel.summary)} over a number`)
  const curves = theoryCurves(panel.setting, context, data)
  const drawn = scatterOption(
    {
      points,
      theory: curves,
      x: { title: settingTitle(panel.setting, context.systems), scale: panel.xScale },
      y: { title: summaryTitle(context, panel.summary), scale: panel.yScale },
    },
    theme,
  )
  const [first] = data.theory.flatMap(({ theory }) => theory ?? [])
  return {
    option: drawn.option,
    title,
    subtitle: [`${points.length} runs`, ...(first ? [`theory: ${first.source}`] : []), ...drawn.notes].join(', '),
    readout: first?.formula ?? null,
    table: {
      columns: ['kind', 'run', 'group', panel.setting, 'value'],
      rows: [
        ...points.map(({ run, group, x, y }): TableCell[] => ['measured', run.id, group.label, x, y]),
        ...curves.flatMap(({ label, of, x, y }) =>
          x.map((at, i): TableCell[] => ['predicted', of.id, label, at, y[i]!]),
        ),
      ],
    },
  }
}

/** Each curve of theory once, named by the settings in which those that differ were made. */
function theoryCurves(setting: string, context: ComparisonContext, { theory, theoryAt }: PanelData) {
  const all = theory.flatMap(({ of, theory: found }) =>
    (found?.levels ?? []).map(({ values }) => ({ of, x: theoryAt, y: values })),
  )
  const distinct = all.filter((curve, i) => all.findIndex((other) => agree(other.y, curve.y)) === i)
  const settings = distinct.map(({ of }) => settingsIn(context, of))
  const told = differingSettings(settings).filter((path) => path !== 'seed' && path !== setting)
  return distinct.map((curve, i) => {
    const label = settingsLabel(told, settings[i]!, context.systems)
    return { ...curve, label: distinct.length === 1 || label === '' ? 'predicted' : `predicted, ${label}` }
  })
}

/** Equal up to rounding, place by place. */
function agree(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, i) => Object.is(value, b[i]) || Math.abs(value - b[i]!) <= 1e-12 * Math.abs(value))
}

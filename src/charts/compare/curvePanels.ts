import { axisKey, type PanelOf } from '#shared/comparison'
import type { ComparedRun } from '#shared/contract/comparisons'
import type { EmptyFigure } from '../figureData'
import type { TableCell } from '../toCsv'
import { bandOption, type CurvesInput } from './bandOption'
import { metricName, metricTitle, settingsIn, visibleGroups, type ComparisonContext } from './context'
import { equation, has, nothing, swept, type Drawing, type PanelFigure } from './drawing'
import { CURVE_COLUMNS, groupCurves, xName } from './groupCurves'
import { multiplesOption } from './multiplesOption'

export function buildCurves({
  panel,
  title,
  context,
  data,
  theme,
  isExport,
}: Drawing<'curves'>): PanelFigure | EmptyFigure {
  const smoothing = isExport && !panel.smoothExports ? 0 : panel.smoothing
  const { curves, notes, rows } = groupCurves(panel, visibleGroups(context), context, data, theme, {
    smoothing,
    showRuns: panel.showRuns,
  })
  if (curves.length === 0) return nothing(title, metricName(context, panel.metric))
  const input = { ...curvesFrame(panel, context), curves }
  const drawn = bandOption(input, theme)
  return {
    option: drawn.option,
    title,
    subtitle: [...notes, ...drawn.notes].join(', '),
    readout: null,
    get table() {
      return { columns: CURVE_COLUMNS, rows: rows() }
    },
    axis: { key: `${axisKey(panel.x)} ${panel.xScale}`, valueAt: drawn.axis.value },
  }
}

export function buildMultiples({
  panel,
  title,
  context,
  data,
  theme,
  isExport,
}: Drawing<'multiples'>): PanelFigure | EmptyFigure {
  const groups = visibleGroups(context)
  const rowValues = panel.rows === null ? [undefined] : swept(context, panel.rows).slice(0, MOST_MULTIPLES)
  const columnValues = swept(context, panel.columns).slice(0, MOST_MULTIPLES)
  const built = rowValues.flatMap((row) =>
    columnValues.map((column) => {
      const inside = (run: ComparedRun) => {
        const settings = settingsIn(context, run)
        return has(settings, panel.columns, column) && (panel.rows === null || has(settings, panel.rows, row))
      }
      const part = groups.flatMap((group) => {
        const runs = group.runs.filter(inside)
        return runs.length > 0 ? [{ ...group, runs }] : []
      })
      const words = [row === undefined || panel.rows === null ? [] : equation(context, panel.rows, row)]
      const name = [...words.flat(), equation(context, panel.columns, column)].join(', ')
      return { title: name, ...groupCurves(panel, part, context, data, theme, { smoothing: 0, showRuns: false }) }
    }),
  )
  if (built.every(({ curves }) => curves.length === 0)) return nothing(title, metricName(context, panel.metric))
  const picture = isExport ? PAPER : { width: 400 * Math.min(panel.width, 2), height: 300 * panel.height }
  const drawn = multiplesOption(
    { ...curvesFrame(panel, context), rows: rowValues.length, columns: columnValues.length, cells: built, picture },
    theme,
  )
  const cut = [panel.rows, panel.columns].some((path) => path !== null && swept(context, path).length > MOST_MULTIPLES)
  return {
    option: drawn.option,
    title,
    subtitle: [
      ...new Set(built.flatMap(({ notes }) => notes)),
      ...(cut ? [`the first ${MOST_MULTIPLES} values of a setting`] : []),
      ...drawn.notes,
    ].join(', '),
    readout: null,
    get table() {
      const rows = built.flatMap((cell) => cell.rows().map((row): TableCell[] => [cell.title, ...row]))
      return { columns: ['cell', ...CURVE_COLUMNS], rows }
    },
  }
}

/** A figure of 140 × 90 mm. */
const PAPER = { width: 529, height: 340 }
/** More rows or columns leave nothing to see in each. */
const MOST_MULTIPLES = 6

function curvesFrame(
  panel: PanelOf<'curves'> | PanelOf<'multiples'>,
  context: ComparisonContext,
): Pick<CurvesInput, 'x' | 'y'> {
  const { x, metric } = panel
  return {
    x: {
      title: x === null ? 'step' : metricTitle(context, x),
      name: xName(x, context),
      scale: panel.xScale,
      isWhole: x === null,
      shown: panel.kind === 'curves' ? (context.comparison.zoom[axisKey(x)] ?? null) : null,
    },
    y: { title: metricTitle(context, metric), scale: panel.yScale },
  }
}

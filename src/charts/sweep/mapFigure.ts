import type { FractionFigure } from '#shared/sweepFigure'
import { axisTitle } from '../frame'
import { heatmapOption } from '../heatmapOption'
import type { BuiltFigure, EmptyFigure } from '../figureParts'
import { nothing, plainCell, type SweepDrawing } from './drawing'
import { chosenAxes, countIn, groupsOver, pointNotes, valueText } from './points'

/** The fraction of runs that ended in a state over two swept fields, with the number of runs in each cell. */
export function buildMap({
  definition,
  results,
  selection,
  theme,
}: SweepDrawing<FractionFigure>): BuiltFigure | EmptyFigure {
  // prettier-ignore
  const { x, by, others } = chosenAxes(results, selection)
  if (!x || !by) return nothing(definition, 'A map needs two swept fields beside the seed.')
  const groups = groupsOver(results.points, x, by)
  // The largest value on top, as on any upright axis.
  const rows = by.values.toReversed()
  const cells = rows.flatMap((row) =>
    x.values.map((column) => {
      const inside = groups.find((group) => group.x === column && group.by === row)
      return { row, column, ...countIn(inside?.points ?? [], definition.quantity, definition.state) }
    }),
  )
  if (cells.every(({ runs }) => runs === 0)) return nothing(definition, 'No run has come to its end yet.')
  const drawn = heatmapOption(
    {
      rows: rows.length,
      columns: x.values.length,
      data: Float64Array.from(cells, ({ count, runs }) => (runs > 0 ? count / runs : NaN)),
      rowTitle: axisTitle(by.label, by.symbol, ''),
      columnTitle: axisTitle(x.label, x.symbol, ''),
      valueTitle: axisTitle(`fraction that ended in ${definition.state}`, '', ''),
      rowLabels: rows.map(valueText),
      columnLabels: x.values.map(valueText),
      emptyCells: 'without an ended run',
      valueRange: { from: 0, to: 1 },
      remarks: cells.map(({ runs }) => `n = ${runs}`),
    },
    theme,
  )
  return {
    option: drawn.option,
    title: definition.title,
    subtitle: [...pointNotes(results.points, others), ...drawn.notes].join(', '),
    readout: null,
    table: {
      columns: [x.path, by.path, 'n', definition.state],
      rows: cells.map(({ row, column, runs, count }) => [plainCell(column), plainCell(row), runs, count]),
    },
  }
}

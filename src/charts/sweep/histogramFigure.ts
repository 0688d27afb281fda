import type { SweepPoint } from '#shared/contract/sweepResults'
import type { HistogramFigure } from '#shared/sweepFigure'
import type { BuiltFigure, EmptyFigure } from '../figureParts'
import { axisTitle } from '../frame'
import { histogramOption, type HistogramPart } from '../histogramOption'
import type { PredictedLevel } from '../predictedLines'
import type { TableCell } from '../toCsv'
import { nothing, quantityOf, type SweepDrawing } from './drawing'
import { pointNotes, type SweepSelection } from './points'
import { namedSets, type PointSet } from './pointSets'
import type { SweepResults } from '#shared/contract/sweepResults'

/** Points with the levels that theory predicts of them. */
export interface LevelSet extends PointSet {
  readonly levels: readonly PredictedLevel[]
}

/** The points of a sweep by what theory predicts of a quantity; one set where it predicts nothing. */
export function levelSets(results: SweepResults, quantity: string): LevelSet[] {
  const levelsOf = ({ values }: SweepPoint) => values.find((one) => one.quantity === quantity)?.levels ?? []
  const groups = [...Map.groupBy(results.points, (point) => JSON.stringify(levelsOf(point))).values()]
  return namedSets(results, groups).map((set) => ({ ...set, levels: levelsOf(set.points[0]!) }))
}

/** How many runs ended at which value, by what they had become, with the levels that theory knows. */
export function buildHistogram(drawing: SweepDrawing<HistogramFigure>): BuiltFigure | EmptyFigure {
  const { definition, results, selection, theme } = drawing
  const quantity = quantityOf(drawing, definition.quantity)
  const set = chosenSet(results, definition.quantity, selection)
  const parts = set ? partsOf(drawing, set.points) : []
  if (!set || parts.length === 0) return nothing(definition, 'No run has come to its end yet.')
  const drawn = histogramOption(
    {
      parts,
      levels: set.levels,
      xTitle: axisTitle(quantity.label, quantity.symbol, quantity.unit),
      yTitle: 'runs',
    },
    theme,
  )
  const runs = parts.reduce((total, { values }) => total + values.length, 0)
  return {
    option: drawn.option,
    title: definition.title,
    subtitle: [set.name, `${runs} runs`, ...pointNotes(set.points, []), ...drawn.notes].filter(Boolean).join(', '),
    readout: null,
    table: {
      columns: ['kind', 'name', 'value'],
      rows: [
        ...parts.flatMap(({ label, values }) => Array.from(values, (value): TableCell[] => ['measured', label, value])),
        ...set.levels.map(({ label, value }): TableCell[] => ['predicted', label, value]),
      ],
    },
  }
}

function chosenSet(results: SweepResults, quantity: string, { set }: SweepSelection): LevelSet | undefined {
  const sets = levelSets(results, quantity)
  return sets[set] ?? sets[0]
}

/** Finite values by state; states that no run has are left out. */
function partsOf(
  { definition, results }: SweepDrawing<HistogramFigure>,
  points: readonly SweepPoint[],
): HistogramPart[] {
  const codes = results.quantities.find(({ id }) => id === definition.states)?.codes
  const ends = points.flatMap(({ values }) => {
    const own = values.find((one) => one.quantity === definition.quantity)?.values ?? new Float64Array()
    const states = values.find((one) => one.quantity === definition.states)?.values
    return Array.from(own, (value, i) => ({ value, state: codes?.[states?.[i] ?? NaN] ?? 'runs' }))
  })
  const finite = Map.groupBy(
    ends.filter(({ value }) => Number.isFinite(value)),
    ({ state }) => state,
  )
  return [...(codes ?? []), 'runs'].flatMap((state, colour) => {
    const found = finite.get(state)
    const hatched = state === definition.undecided
    return found ? [{ label: state, colour, hatched, values: Float64Array.from(found, ({ value }) => value) }] : []
  })
}

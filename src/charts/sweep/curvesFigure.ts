import type { SweepPoint } from '#shared/contract/sweepResults'
import { wilsonInterval } from '#shared/proportion'
import type { FractionFigure, MeanFigure } from '#shared/sweepFigure'
import type { BuiltFigure, EmptyFigure } from '../figureParts'
import { formatNumber } from '../format'
import { axisTitle, type AxisRange } from '../frame'
import { intervalOption, ticksAt, type IntervalPoint } from '../intervalOption'
import { linearScale, logScale } from '../scale'
import type { CurveColour } from '../curves'
import { chosenAxes, countIn, groupsOver, pointNotes, valueName, valuesIn, valueText, type SweptAxis } from './points'
import { nothing, plainCell, quantityOf, type SweepDrawing } from './drawing'

/** A value of some points with its interval; null where nothing was measured. */
type Summary = { readonly n: number; readonly y: number; readonly low: number; readonly high: number } | null

/** How many runs ended in a state, with Wilson's 95 % interval. */
export function buildFraction(drawing: SweepDrawing<FractionFigure>): BuiltFigure | EmptyFigure {
  const { quantity, state } = drawing.definition
  const summary = (points: readonly SweepPoint[]): Summary => {
    const counted = countIn(points, quantity, state)
    return counted.runs === 0 ? null : { n: counted.runs, y: counted.count / counted.runs, ...wilsonInterval(counted) }
  }
  return buildCurves(drawing, {
    summary,
    title: axisTitle(`fraction that ended in ${state}`, '', ''),
    interval: 'Wilson 95 %',
    range: { from: -0.03, to: 1.03 },
  })
}

/** Mean of the last values, ± one standard error s/√n. */
export function buildMean(drawing: SweepDrawing<MeanFigure>): BuiltFigure | EmptyFigure {
  const quantity = quantityOf(drawing, drawing.definition.quantity)
  const summary = (points: readonly SweepPoint[]): Summary => {
    const values = valuesIn(points, quantity.id)
    const n = values.length
    if (n === 0) return null
    const mean = values.reduce((total, value) => total + value, 0) / n
    const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0)
    const error = n > 1 ? Math.sqrt(squares / (n - 1) / n) : 0
    return { n, y: mean, low: mean - error, high: mean + error }
  }
  return buildCurves(drawing, {
    summary,
    title: axisTitle(`mean ${quantity.label.toLowerCase()}`, quantity.symbol, quantity.unit),
    interval: '± standard error',
  })
}

interface CurveKind {
  readonly summary: (points: readonly SweepPoint[]) => Summary
  readonly title: string
  readonly interval: string
  readonly range?: AxisRange
}

function buildCurves(drawing: SweepDrawing, { summary, title, interval, range }: CurveKind): BuiltFigure | EmptyFigure {
  const { definition, results, selection, theme } = drawing
  const { x, by, others } = chosenAxes(results, selection)
  if (!x) return nothing(definition, 'Only the seed was swept: there is nothing to draw it over.')
  const rows = groupsOver(results.points, x, by).flatMap((group) => {
    const found = summary(group.points)
    return found ? [{ ...group, ...found }] : []
  })
  if (rows.length === 0) return nothing(definition, 'No run has come to its end yet.')
  const position = positionOn(x)
  const seconds = by?.values ?? [null]
  const curves = seconds.map((second, i) => ({
    label: by && second !== null ? valueName(by, second) : definition.title,
    colour: colourIn(by, i),
    points: rows
      .filter((row) => row.by === second)
      .map((row): IntervalPoint => {
        const where = [valueName(x, row.x), ...(by && second !== null ? [valueName(by, second)] : [])].join(', ')
        const words = `${where}: ${formatNumber(row.y, 4)} (${formatNumber(row.low, 3)} to ${formatNumber(row.high, 3)}), n = ${row.n}`
        return { x: position.of(row.x), y: row.y, low: row.low, high: row.high, words }
      }),
  }))
  const drawn = intervalOption(
    {
      curves,
      x: { title: axisTitle(x.label, x.symbol, ''), ticks: position.ticks },
      y: { title, ...(range && { range }) },
    },
    theme,
  )
  const counts = rows.map(({ n }) => n)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const each = `${least === most ? least : `${least} to ${most}`} runs each`
  return {
    option: drawn.option,
    title: definition.title,
    subtitle: [each, interval, ...pointNotes(results.points, others), ...drawn.notes].join(', '),
    readout: null,
    table: {
      columns: [x.path, ...(by ? [by.path] : []), 'n', 'value', 'low', 'high'],
      rows: rows.map((row) => [
        plainCell(row.x),
        ...(row.by === null ? [] : [plainCell(row.by)]),
        row.n,
        row.y,
        row.low,
        row.high,
      ]),
    },
  }
}

/** Numbers stand at their value, on the field's own scale; anything else in its order. */
function positionOn(axis: SweptAxis) {
  const isNumeric = axis.values.every((value) => typeof value === 'number')
  const isPositive = axis.values.every((value) => typeof value === 'number' && value > 0)
  const scale = axis.scale === 'log' && isPositive ? logScale : linearScale
  const of = (value: SweptAxis['values'][number]) =>
    isNumeric && typeof value === 'number' ? scale.forward(value) : axis.values.indexOf(value)
  return { of, ticks: ticksAt(axis.values.map((value) => ({ position: of(value), label: valueText(value) })), scale) } // prettier-ignore
}

/** Numbers are ordered along viridis; two curves, or choices, are told apart by group. */
function colourIn(by: SweptAxis | null, index: number): CurveColour {
  const isOrdered = by !== null && by.values.length > 2 && by.values.every((value) => typeof value === 'number')
  return isOrdered ? { by: 'layer', index, count: by.values.length } : { by: 'group', index }
}

import type { SweepPoint, SweepResults, TheoryUnderPoints } from '#shared/contract/sweepResults'
import type { QuantityDefinition } from '#shared/records'
import type { ScatterFigure } from '#shared/sweepFigure'
import type { TheoryFigure } from '#shared/theoryFigure'
import { colourOf, type CurveColour } from '../curves'
import type { BuiltFigure, EmptyFigure } from '../figureParts'
import { axisTitle } from '../frame'
import { plainMath } from '../mathText'
import { scatterOption } from '../scatterOption'
import type { TableCell } from '../toCsv'
import { nothing, plainCell, quantityOf, type SweepDrawing } from './drawing'
import { pointNotes, valueName } from './points'
import { namedSets, type PointSet } from './pointSets'

/** On a logarithmic axis curves are drawn this far beyond the runs and the thresholds, as a factor of x. */
const BEYOND = 1.25

/** Points with the curves that theory draws for them. */
export interface TheorySet extends PointSet {
  readonly figure: TheoryFigure
}

export function theorySets(results: SweepResults, { theory }: ScatterFigure): TheorySet[] {
  const under = results.theory.filter(({ figure }) => theory.includes(figure.id))
  const pointsOf = ({ points }: TheoryUnderPoints) => points.flatMap((place) => results.points[place] ?? [])
  return namedSets(results, under.map(pointsOf)).map((set, i) => ({ ...set, figure: under[i]!.figure }))
}

/** Every run as a dot where it ended, over the curves that theory draws for it; what it has become is its colour. */
export function buildScatter(drawing: SweepDrawing<ScatterFigure>): BuiltFigure | EmptyFigure {
  const { definition, results, selection, theme } = drawing
  const sets = theorySets(results, definition)
  const set = sets[selection.set] ?? sets[0]
  if (!set) return nothing(definition, 'The parameter over which theory draws its curves was not swept.')
  const { figure } = set
  const column = results.fields.findIndex(({ path }) => path === `params.${figure.x.param}`)
  const x = results.fields[column]
  const quantity = quantityOf(drawing, definition.quantity)
  const ends = set.points.flatMap((point) => endsOf(drawing, point, column))
  if (!x || ends.length === 0) return nothing(definition, 'No run has come to its end yet.')
  const kinds = kindsOf(drawing, ends)
  const curves = curvesBeside(figure, [...ends.map((end) => end.x), ...figure.marks.map((mark) => mark.x)])
  const drawn = scatterOption(
    {
      points: kinds.flatMap(({ label, colour, own }) =>
        own.map((end) => ({
          ...end,
          kind: label,
          name: `${label}, ${valueName(x, end.x)}`,
          style: { colour: colourOf(theme, colour), marker: colour.by === 'group' ? ('diamond' as const) : null },
        })),
      ),
      theory: curves,
      marks: figure.marks,
      x: { title: axisTitle(x.label, x.symbol, ''), scale: figure.x.scale },
      y: { title: axisTitle(quantity.label, quantity.symbol, quantity.unit), scale: figure.y.scale },
    },
    theme,
  )
  const counted = kinds.map(({ label, own }) => `${label} (${own.length})`).join(', ')
  return {
    option: drawn.option,
    title: definition.title,
    subtitle: [
      set.name,
      `${ends.length} ${ends.length === 1 ? 'run' : 'runs'}: ${counted}`,
      ...pointNotes(set.points, []),
      ...drawn.notes,
    ]
      .filter(Boolean)
      .join(', '),
    readout: figure.formula,
    table: {
      columns: ['kind', 'name', x.path, 'value'],
      rows: [
        ...kinds.flatMap(({ label, own }) => own.map((end): TableCell[] => ['measured', label, end.x, end.y])),
        ...curves.flatMap((curve) =>
          curve.x.flatMap((at, i): TableCell[][] => {
            const value = curve.y[i]!
            return Number.isFinite(value) ? [['predicted', curve.label, plainCell(at), value]] : []
          }),
        ),
      ],
    },
  }
}

/** Where a run ended, and what as. */
interface End {
  readonly x: number
  readonly y: number
  readonly kind: number
  /** Its state where that is told apart from the kinds. */
  readonly state: string | null
}

function endsOf(
  { definition, results }: SweepDrawing<ScatterFigure>,
  { at, values }: SweepPoint,
  column: number,
): End[] {
  const x = at[column]
  const of = (id: string) => values.find(({ quantity }) => quantity === id)?.values ?? new Float64Array()
  const [own, kinds, states] = [of(definition.quantity), of(definition.kinds), of(definition.states)]
  const codes = results.quantities.find(({ id }) => id === definition.states)?.codes ?? []
  if (typeof x !== 'number') return []
  return Array.from(own, (y, i) => {
    const state = codes[states[i] ?? NaN] ?? null
    return { x, y, kind: kinds[i] ?? NaN, state: state !== null && definition.apart.includes(state) ? state : null }
  }).filter(({ y }) => Number.isFinite(y))
}

/** Kinds by their number along viridis, then the states that stand for themselves in their own colours. */
function kindsOf({ definition, results }: SweepDrawing<ScatterFigure>, ends: readonly End[]) {
  const { symbol } = quantityNamed(results, definition.kinds)
  const codes = quantityNamed(results, definition.states).codes ?? []
  const numbers = [...new Set(ends.flatMap(({ state, kind }) => (state === null ? [kind] : [])))].sort((a, b) => a - b)
  const states = codes.filter((code) => ends.some(({ state }) => state === code))
  return [
    ...numbers.map((kind, index) => ({
      label: `${plainMath(symbol)} = ${kind}`,
      colour: { by: 'layer', index, count: numbers.length } satisfies CurveColour,
      own: ends.filter((end) => end.state === null && end.kind === kind),
    })),
    ...states.map((state) => ({
      label: state,
      colour: { by: 'group', index: codes.indexOf(state) } satisfies CurveColour,
      own: ends.filter((end) => end.state === state),
    })),
  ]
}

function quantityNamed({ quantities }: SweepResults, id: string): Pick<QuantityDefinition, 'symbol' | 'codes'> {
  return quantities.find((quantity) => quantity.id === id) ?? { symbol: id }
}

/** The curves near what is drawn beside them: theory knows decades in which there is no run. */
function curvesBeside({ x, curves }: TheoryFigure, places: readonly number[]) {
  const [low, high] = [Math.min(...places) / BEYOND, Math.max(...places) * BEYOND]
  const isNear = (value: number) => x.scale === 'linear' || (value >= low && value <= high)
  const near = x.values.flatMap((value, i) => (isNear(value) ? [i] : []))
  return curves.map(({ label, y, unstable }) => ({
    label,
    x: near.map((i) => x.values[i]!),
    y: Float64Array.from(near, (i) => y[i] ?? NaN),
    ...(unstable && { unstable }),
  }))
}

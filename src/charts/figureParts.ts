import type { FigureDefinition } from '#shared/figure'
import { predictionOf } from '#shared/predictionOf'
import type { MeasuredRecord, Prediction, QuantityDefinition } from '#shared/records'
import type { FigureSelection, FigureSource } from './figureSource'
import { formatNumber } from './format'
import type { DrawnMark } from './frame'
import { layerName } from './layerName'
import type { View } from './projection'
import type { ChartTheme } from './theme'
import type { Table } from './toCsv'

/** A figure ready for screen or file: the same for both. */
export interface BuiltFigure {
  readonly option: DrawnMark['option']
  /** The same seen from elsewhere; absent where there is only one side to see. Exports show `option`. */
  readonly seenFrom?: (view: View) => DrawnMark['option']
  readonly title: string
  /** One quiet line: matrix, layer, step, precision, how many points of how many. */
  readonly subtitle: string
  /** Measured against predicted in words; null where theory says nothing. */
  readonly readout: string | null
  readonly table: Table
}

/** A figure with nothing to draw yet; `reason` is one sentence for the empty panel. */
export interface EmptyFigure {
  readonly title: string
  readonly reason: string
}

/** One quantity of one layer, with what it is called in the picture. */
export interface Part {
  readonly quantity: QuantityDefinition
  readonly layer: number | null
}

/** What the builder of each mark gets. */
export interface Figure {
  readonly definition: FigureDefinition
  readonly source: FigureSource
  readonly selection: FigureSelection
  readonly theme: ChartTheme
  readonly quantities: readonly QuantityDefinition[]
  readonly parts: readonly Part[]
}

export function isEmptyFigure(figure: BuiltFigure | EmptyFigure): figure is EmptyFigure {
  return 'reason' in figure
}

/** What the theory says of a part, drawn or not. */
export function predictedFor({ source }: Figure, { quantity, layer }: Part): Prediction | null {
  return predictionOf(source.predictions, quantity.id, layer)
}

/** The prediction that is drawn over a part, where the figure wants one. */
export function overlaid(figure: Figure, part: Part): Prediction | null {
  return figure.definition.overlayPrediction ? predictedFor(figure, part) : null
}

export function layerNote({ definition, parts }: Figure): string {
  const layer = definition.layers === 'one' ? parts[0]?.layer : undefined
  return layer === undefined || layer === null ? '' : layerName(layer)
}

/** Every component of every vector, oldest first. */
export function vectorTable(
  vectors: readonly { quantity: string; layer: number | null; records: readonly MeasuredRecord[] }[],
): Table {
  const rows = vectors.flatMap(({ quantity, layer, records }) =>
    records.flatMap(({ step, data }) => Array.from(data, (value, i) => [quantity, layer, step, i + 1, value])),
  )
  return { columns: ['quantity', 'layer', 'step', 'component', 'value'], rows }
}

export function joinNotes(notes: readonly string[]): string {
  return notes.filter((note) => note !== '').join(', ')
}

export function emptyFigure({ definition, quantities, selection }: Figure): EmptyFigure {
  const names = quantities.map((quantity) => quantity.label).join(', ')
  const upTo = Number.isFinite(selection.step) ? ` up to step ${formatNumber(selection.step, 12)}` : ''
  return { title: definition.title, reason: `${names}: nothing measured${upTo} yet.` }
}

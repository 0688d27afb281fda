import type { SweepResults } from '#shared/contract/sweepResults'
import { LabError } from '#shared/errors'
import { paramText, type ParamValue } from '#shared/params'
import type { QuantityDefinition } from '#shared/records'
import type { SweepFigureDefinition } from '#shared/sweepFigure'
import type { EmptyFigure } from '../figureParts'
import type { ChartTheme } from '../theme'
import type { TableCell } from '../toCsv'
import type { SweepSelection } from './points'

/** What the builder of each mark gets. */
export interface SweepDrawing<D extends SweepFigureDefinition = SweepFigureDefinition> {
  readonly definition: D
  readonly results: SweepResults
  readonly selection: SweepSelection
  readonly theme: ChartTheme
}

export function nothing({ title }: SweepFigureDefinition, reason: string): EmptyFigure {
  return { title, reason }
}

/** @throws LabError 'bad-input' if the runs of the sweep did not measure it */
export function quantityOf({ results, definition }: SweepDrawing, id: string): QuantityDefinition {
  const found = results.quantities.find((quantity) => quantity.id === id)
  if (found) return found
  const known = results.quantities.map((quantity) => quantity.id).join(', ')
  throw new LabError('bad-input', `Figure "${definition.id}" shows "${id}", which this sweep did not measure. It measured: ${known}.`) // prettier-ignore
}

/** A value of a field as a cell of a table. */
export function plainCell(value: ParamValue): TableCell {
  return typeof value === 'number' ? value : paramText(value)
}

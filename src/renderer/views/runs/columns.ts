import type { Cell, GroupCell } from '#shared/contract/runs'
import { operandText, type Operand } from '#shared/filter/condition'
import { fieldOf, type Field } from '#shared/filter/fields'
import { operandOf } from '#shared/filter/resolve'
import { formatDuration, formatNumber } from '#charts/format'
import { layerName } from '#charts/layerName'
import { formatTime } from '../../components/formatTime'
import { words } from './words'

/** A column of the table of runs: an operand of the filter language, and how it is shown. */
export interface RunColumn {
  /** What the service and the filter line call it: `param.K`, `min(loss)`, `created`. */
  readonly id: string
  readonly title: string
  /** What a short title stands for. */
  readonly hint: string
  readonly type: Field['type']
  /** Words that its numbers stand for. */
  readonly words: readonly string[]
  readonly width: number
}

export const nameColumn = 'name'
/** What stands in the table before anyone chose; parameters that tell the runs apart come between. */
const usualBefore = [nameColumn, 'status', 'verdict', 'system', 'loss', 'accuracy']
const usualAfter = ['seed', 'tag', 'claims', 'created']

export function usualColumns(differing: readonly string[], fields: readonly Field[]): string[] {
  const known = (column: string) => columnFor(column, fields) !== null
  return [...usualBefore, ...differing.map((name) => `param.${name}`), ...usualAfter].filter(known)
}

const widths: Readonly<Partial<Record<string, number>>> = { name: 184, status: 108, system: 116, note: 220, tag: 96 }
/** Five digits with sign and point: 0.015625. */
const typeWidths = { number: 80, text: 80, time: 132, span: 96 } as const
/** Five digits with a power of ten; in a group the spread beside it. */
const metricWidth = 112
const groupedMetricWidth = 172

/** Room for the title, its menu and the usual values. */
function widthOf(id: string, operand: Operand, { type }: Field, title: string, isGrouped: boolean): number {
  const known = widths[id]
  if (known !== undefined) return known
  // A group says how many seeds it has.
  if (id === 'seed') return isGrouped ? 104 : 66
  const values = operand.kind === 'metric' ? (isGrouped ? groupedMetricWidth : metricWidth) : typeWidths[type]
  return Math.max(values, Math.min(176, Math.round(7 * title.length) + 34))
}

/** Null where nothing has this name, as after a system or a quantity was renamed. */
export function columnFor(id: string, fields: readonly Field[], isGrouped = false): RunColumn | null {
  const operand = operandIn(id, fields)
  const field = operand && fieldOf(operand, fields)
  if (!operand || !field) return null
  const { type, words, label, help } = field
  const title = titleOf(operand, field)
  const shown = { title, hint: [label, help].filter(Boolean).join('. '), type, words: type === 'text' ? [] : words }
  return { ...shown, id: operandText(operand), width: widthOf(id, operand, field, title, isGrouped) }
}

function operandIn(id: string, fields: readonly Field[]): Operand | null {
  try {
    return operandOf(id, fields)
  } catch {
    return null // said by the caller: a stored layout may name what this version does not know
  }
}

/** Parameters by their symbol as in the paper, metrics by what they are and which reading is meant. */
function titleOf(operand: Operand, { label, symbol }: Field): string {
  if (operand.kind === 'param') return symbol || label
  if (operand.kind === 'run') return label
  const { layer, reading } = operand
  const name = layer === null ? label : words.columns.reading(label, layerName(layer))
  if (reading.of === 'last') return name
  return reading.of === 'step' ? words.cells.atStep(name, reading.step) : words.columns.reading(name, reading.of)
}

export function isNumeric({ type, words }: RunColumn): boolean {
  return type === 'number' && words.length === 0
}

/** How a cell of the column stands: numbers to the right, pinned ones at their place from the left. */
export function cellPlace(column: RunColumn, stick: Readonly<Record<string, number>>) {
  const left = stick[column.id]
  return {
    column,
    end: isNumeric(column),
    number: isNumeric(column) || column.type !== 'text',
    style: left === undefined ? undefined : { left: `${left}px` },
  }
}

/** A value as the table shows it: whole numbers with every digit, others with five. */
export function cellText({ type, words }: RunColumn, cell: Cell): string {
  if (typeof cell !== 'number') return cell ?? ''
  if (type === 'time') return formatTime(cell)
  if (type === 'span') return formatDuration(cell)
  return words[cell] ?? wholeOrRounded(cell)
}

/** The mean with its spread, or the value that all runs of a group share. */
export function groupCellText(column: RunColumn, cell: GroupCell): string {
  if (cell.common !== null) return cellText(column, cell.common)
  // Seeds are names: their mean says nothing.
  if (cell.mean === null || !isNumeric(column) || column.id === 'seed') {
    return cell.distinct === 0 ? '' : words.cells.different(cell.distinct)
  }
  return cell.std === null ? wholeOrRounded(cell.mean) : `${formatNumber(cell.mean)} ± ${formatNumber(cell.std, 2)}`
}

/** What the short text of a group's cell leaves out. */
export function groupCellHint(column: RunColumn, cell: GroupCell, runs: number): string | undefined {
  if (cell.mean === null || !isNumeric(column) || cell.common !== null) return undefined
  return words.cells.mean(cell.count, runs, cell.std !== null)
}

function wholeOrRounded(value: number): string {
  return Number.isSafeInteger(value) ? String(value).replace('-', '−') : formatNumber(value)
}

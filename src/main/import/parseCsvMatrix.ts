import { parse } from 'csv-parse/sync'
import { LabError } from '#shared/errors'
import { MATRIX_LIMITS } from '#shared/importedMatrix'
import { matrix, type Matrix } from '../compute/matrix'

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
/** Cells without a value: nothing, or what NumPy, pandas and R write for it. */
const MISSING = /^(?:|nan|na)$/i
const SHOWN = 40

/**
 * A matrix from the bytes of a CSV file in UTF-8: numbers with a decimal point, separated by commas, semicolons or tabs
 * (whichever the first line has), without a header; an empty cell, NaN or NA is a missing value, read as NaN.
 *
 * @throws LabError 'bad-input' that names row and column, and says what to do
 */
export function parseCsvMatrix(bytes: Uint8Array): Matrix {
  const text = decoded(bytes)
  const values: number[] = []
  let [rows, cols] = [0, 0]
  // Rows are taken as they come and dropped by csv-parse: only numbers are kept.
  function take(record: readonly string[]): null {
    if (rows === 0) cols = record.length
    rows++
    if (record.length !== cols) {
      throw bad(`row ${rows} has ${record.length} columns, row 1 has ${cols}. Give every row the same number`, { row: rows }) // prettier-ignore
    }
    refuseLarge(rows, cols)
    record.forEach((cell, i) => values.push(numberOf(cell, rows, i + 1)))
    return null
  }
  try {
    parse(text, { delimiter: delimiterOf(text), bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, on_record: take }) // prettier-ignore
  } catch (thrown) {
    if (thrown instanceof LabError) throw thrown
    const why = LabError.from(thrown).message
    throw bad(`after row ${rows} its text cannot be read (${why}). Write plain numbers without quotes`, { row: rows })
  }
  if (rows === 0) throw bad('it has no rows. Write one row of numbers per line', {})
  return matrix(rows, cols, Float64Array.from(values))
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw bad('it is not text in UTF-8. Save it as CSV in UTF-8, or as NPY', {})
  }
}

/** A file without any of them has one column. */
function delimiterOf(text: string): string {
  const [firstLine = ''] = text.split(/\r?\n/, 1)
  return ['\t', ';', ','].find((candidate) => firstLine.includes(candidate)) ?? ','
}

function refuseLarge(rows: number, cols: number): void {
  const { side, entries } = MATRIX_LIMITS
  if (rows <= side && cols <= side && rows * cols <= entries) return
  throw bad(`it has more than ${side} rows or columns, or more than ${entries} entries. Import a part of it`, { rows, cols }) // prettier-ignore
}

function numberOf(cell: string, row: number, column: number): number {
  if (NUMBER.test(cell)) {
    const value = Number(cell)
    if (Number.isFinite(value)) return value
  } else if (MISSING.test(cell)) return NaN
  const shown = JSON.stringify(cell.slice(0, SHOWN))
  const hint = row === 1 ? 'Remove a header line; leave' : 'Write a finite number with a decimal point; leave'
  throw bad(`row ${row}, column ${column}: ${shown} is not a finite number. ${hint} a missing entry empty`, { row, column }) // prettier-ignore
}

function bad(problem: string, details: Record<string, number>): LabError {
  return new LabError('bad-input', `This CSV file cannot be used: ${problem}.`, details)
}

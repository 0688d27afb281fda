export type TableCell = number | string | null

/** The numbers behind a picture: all of them, not only those drawn. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly TableCell[])[]
}

/**
 * A table as CSV (RFC 4180: CRLF, quotes where needed), UTF-8 without a byte order mark. Numbers keep every digit that
 * tells them apart; NaN and Infinity stay words; a missing cell is empty. Text that a spreadsheet would run as a
 * formula gets a leading apostrophe.
 */
export function toCsv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => row.map(csvCell).join(',') + '\r\n').join('')
}

function csvCell(cell: TableCell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return Object.is(cell, -0) ? '-0' : String(cell)
  const guarded = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  /** Numbers stand right, words left. */
  readonly align?: 'left' | 'right'
}

/** Rows as aligned text, two blanks between the columns; empty text for no rows. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  if (rows.length === 0) return ''
  const cells = [columns.map((column) => column.title), ...rows.map((row) => columns.map((column) => column.cell(row)))]
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => [...line[i]!].length)))
  return cells
    .map((line) =>
      line
        .map((cell, i) => pad(cell, widths[i]!, columns[i]!.align ?? 'left'))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Names and values below each other. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => [...name].length))
  return rows.map(([name, value]) => `${pad(name, width, 'left')}  ${value}`.trimEnd()).join('\n')
}

/** By code points: the symbols of the field (σ, ², ⁻) take one cell each. */
function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - [...text].length))
  return align === 'left' ? text + blanks : blanks + text
}

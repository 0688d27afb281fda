import { latexText } from './latexText'
import type { Uncertain } from './uncertain'

/** A cell of a LaTeX table: words to be escaped, or a number with its error. */
export type LatexCell = string | Uncertain

/**
 * A table in LaTeX with the rules of the package booktabs; words left, numbers right. What a person typed is escaped,
 * symbols become mathematics.
 *
 * @param caption written as a comment: what the numbers are
 */
export function toLatex(columns: readonly string[], rows: readonly (readonly LatexCell[])[], caption: string): string {
  const align = columns.map((_, j) => (rows.every((row) => typeof row[j] === 'string') ? 'l' : 'r')).join('')
  const line = (cells: readonly LatexCell[]) => `  ${cells.map(latexCell).join(' & ')} \\\\`
  return [
    ...caption.split('\n').map((text) => `% ${text}`),
    '% needs \\usepackage{booktabs}',
    `\\begin{tabular}{${align}}`,
    '  \\toprule',
    line(columns),
    '  \\midrule',
    ...rows.map(line),
    '  \\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n')
}

function latexCell(cell: LatexCell): string {
  if (typeof cell === 'string') return latexText(cell)
  const { value, error, exponent, errorExponent } = cell
  const minus = value.replaceAll('−', '-')
  if (error === null && exponent === 0) return latexText(value)
  const power = (of: number) => (of === 0 ? '' : ` \\times 10^{${of}}`)
  const sum = error === null ? minus : `${minus} \\pm ${error}${power(errorExponent)}`
  return exponent === 0 ? `$${sum}$` : `$(${sum})${power(exponent)}$`
}

import type { Uncertain } from './uncertain'

/** A cell of a LaTeX table: words to be escaped, or a number with its error. */
export type LatexCell = string | Uncertain

/**
 * A table in LaTeX with the rules of the package booktabs; words left, numbers right. What a person typed is escaped,
 * Greek letters and the usual signs become mathematics, so that every engine sets them.
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

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '%': '\\%',
  '#': '\\#',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '\n': ' ',
  '\r': ' ',
}
const GREEK: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['αβγδεζηθικλμνξ', 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi'],
    ['πρστυφχψω', 'pi rho sigma tau upsilon phi chi psi omega'],
    ['ΓΔΘΛΞΠΣΥΦΨΩ', 'Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega'],
  ].flatMap(([letters = '', names = '']) => [...letters].map((letter, i) => [letter, `\\${names.split(' ')[i]}`])),
)
const SIGNS: Readonly<Record<string, string>> = {
  '−': '-',
  '±': '\\pm',
  '·': '\\cdot',
  '×': '\\times',
  '∞': '\\infty',
  '∇': '\\nabla',
  '‖': '\\|',
  '≤': '\\le',
  '≥': '\\ge',
  '√': '\\sqrt{}',
}
const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const LOWERED = '₀₁₂₃₄₅₆₇₈₉'

/** Words as LaTeX: nothing that a person typed can be read as a command. */
export function latexText(text: string): string {
  // Comments end at a line's end and commands begin with a backslash: both are gone before mathematics is put in.
  return [...text].map(latexCharacter).join('').replaceAll('$$', '')
}

function latexCharacter(character: string): string {
  const math = GREEK[character] ?? SIGNS[character]
  if (math !== undefined) return `$${math}$`
  if (character === '⁻') return '$^{-}$'
  if (RAISED.includes(character)) return `$^{${RAISED.indexOf(character)}}$`
  if (LOWERED.includes(character)) return `$_{${LOWERED.indexOf(character)}}$`
  return SPECIAL[character] ?? character
}

import { mathParts, type MathPart } from './mathText'

/** Neighbours of mathematics share one pair of dollars, so that an index stays with its letter. */
interface Piece {
  readonly tex: string
  readonly isMath: boolean
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
  '√': '\\surd',
}
const ACCENTS: Readonly<Record<string, string>> = { '\u0302': '\\hat', '\u0303': '\\tilde', '\u0304': '\\bar' }
const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const LOWERED = '₀₁₂₃₄₅₆₇₈₉'
const RAISED_SIGNS: Readonly<Record<string, string>> = { '⁻': '-', ᵀ: '\\top', '′': '\\prime' }

/** A letter with its accents, or raised or lowered digits that follow each other: together they are one index. */
const TOKEN = /[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ′]+|[₀₁₂₃₄₅₆₇₈₉]+|\P{M}\p{M}*|\p{M}/gu

/**
 * Words as LaTeX, as `mathParts` reads them: symbols, Greek letters and the usual signs become mathematics that every
 * engine sets. Nothing that a person typed can be read as a command.
 */
export function latexText(text: string): string {
  const pieces = mathParts(text).flatMap(latexPart)
  let tex = ''
  for (let from = 0, to = 0; from < pieces.length; from = to) {
    const { isMath } = pieces[from]!
    while (pieces[to]?.isMath === isMath) to++
    const run = pieces.slice(from, to)
    tex += isMath ? `$${joinMath(run.map((piece) => piece.tex))}$` : run.map((piece) => piece.tex).join('')
  }
  return tex
}

function latexPart({ text, place, italic }: MathPart): Piece[] {
  const tokens = text.normalize('NFD').match(TOKEN) ?? []
  if (place === 'line' && !italic) return tokens.map(anyPiece)
  const symbols = tokens.map((token) => signMath(token) ?? letterMath(token))
  const known = symbols.filter((symbol) => symbol !== null)
  const mark = { line: '', sub: '_', sup: '^' }[place]
  if (known.length < symbols.length) return [...mark, ...tokens].map(anyPiece)
  if (mark === '') return known.map((tex) => ({ tex, isMath: true }))
  const index = joinMath(known)
  return [{ tex: `${mark}{${italic ? index : `\\mathrm{${index}}`}}`, isMath: true }]
}

/** Mathematics in a row: a command's name ends before a letter, and a letter has at most one index above and below. */
function joinMath(symbols: readonly string[]): string {
  let [tex, indices] = ['', '']
  for (const symbol of symbols) {
    const mark = /^[_^]/.exec(symbol)?.[0] ?? ''
    if (mark === '') indices = ''
    else if (indices.includes(mark)) [tex, indices] = [`${tex}{}`, '']
    indices += mark
    tex += /\\[a-z]+$/i.test(tex) && /^[a-z]/i.test(symbol) ? ` ${symbol}` : symbol
  }
  return tex
}

/** What is mathematics wherever it stands. */
function signMath(token: string): string | null {
  const [first = ''] = token
  if (RAISED.includes(first) || Object.hasOwn(RAISED_SIGNS, first))
    return `^{${joinMath(Array.from(token, (sign) => RAISED_SIGNS[sign] ?? String(RAISED.indexOf(sign))))}}`
  if (LOWERED.includes(first)) return `_{${Array.from(token, (sign) => LOWERED.indexOf(sign)).join('')}}`
  return GREEK[token] ?? SIGNS[token] ?? null
}

/** What is mathematics in a symbol or an index: a letter, with one accent at most, a digit, what stands between them. */
function letterMath(token: string): string | null {
  const [letter = '', accent, ...more] = token
  const plain = GREEK[letter] ?? (/^[A-Za-z0-9+,()/= -]$/.test(letter) ? letter : null)
  if (accent === undefined || plain === null) return plain
  const command = ACCENTS[accent]
  return command === undefined || more.length > 0 ? null : `${command}{${plain}}`
}

function anyPiece(token: string): Piece {
  const tex = signMath(token)
  if (tex !== null) return { tex, isMath: true }
  const characters = Array.from(token.normalize('NFC'), (character) => SPECIAL[character] ?? character)
  return { tex: characters.join(''), isMath: false }
}

/** A piece of Unicode mathematics: where it stands and whether it leans. */
export interface MathPart {
  readonly text: string
  readonly place: 'line' | 'sub' | 'sup'
  readonly italic: boolean
}

/** An index with its mark, a word or letters with their accents, or whatever stands between. */
const PIECE = /([_^])(\{[^}]*\}|[\p{L}\p{N}²′]+)|\p{L}[\p{L}\p{M}]*|[^\p{L}_^]+|[_^]/gu
/** One symbol: a letter with its accents; raised letters as in Uᵀ are signs. */
const SYMBOL = /\p{L}\p{M}*/gu
/** Greek letters and letters with a raised ᵀ stand for quantities, however many follow each other. */
const HAS_SYMBOLS = /[\p{Script=Greek}\p{Lm}]/u

/**
 * Unicode mathematics as in print: single letters are italic, words (NC1), digits and signs stand upright, and what
 * follows an underscore or a caret is set below or above the line: W_l, f_cc′, ρ_{K²+1}, (1 − x)^{L+1}. An index that is
 * a word of three letters or more stays upright: L_data.
 *
 * @param prose words with symbols in between, where a single letter is a symbol only if it bears an index
 */
export function mathParts(text: string, prose = false): MathPart[] {
  const parts: MathPart[] = []
  for (const part of piecesOf(text, prose)) {
    const last = parts.at(-1)
    const continues = last && !last.italic && !part.italic && last.place === 'line' && part.place === 'line'
    if (continues) parts[parts.length - 1] = { ...last, text: last.text + part.text }
    else parts.push(part)
  }
  return parts
}

function piecesOf(text: string, prose: boolean): MathPart[] {
  return [...text.matchAll(PIECE)].flatMap((match): MathPart[] => {
    const [whole, mark, index] = match
    if (index !== undefined) {
      const isWord = /^\{?\p{L}{3,}\}?$/u.test(index)
      return [{ text: index.replace(/[{}]/g, ''), place: mark === '^' ? 'sup' : 'sub', italic: !isWord }]
    }
    const symbols: readonly string[] = whole.match(SYMBOL) ?? []
    const bearsIndex = /^[_^]/.test(text.slice(match.index + whole.length))
    const areSymbols = symbols.length === 1 ? !prose || bearsIndex : HAS_SYMBOLS.test(whole)
    if (symbols.length === 0 || !areSymbols) return [{ text: whole, place: 'line', italic: false }]
    return symbols.map((symbol) => ({ text: symbol, place: 'line', italic: !/\p{Lm}/u.test(symbol) }))
  })
}

/** The same without marks, for places that have one size of letters: 'L_data' becomes 'Ldata'. */
export function plainMath(text: string): string {
  return mathParts(text)
    .map((part) => part.text)
    .join('')
}

/** Indices are set this much smaller, and moved off the line by this part of the letter size. */
const INDEX_SIZE = 0.72
const INDEX_SHIFT = 0.3

/**
 * Signs that IBM Plex lacks. A renderer sets a piece with one of them wholly in the fallback font, whose letters are
 * wider than the room that was measured: the signs stand alone.
 */
const FALLBACK_SIGNS = /([ᵀ‖∥⁻⁺∘∇ℝ∼∗⊗∈⊥∠≪≫]+)/u

/**
 * Letters with an ascender and an accent, as in f̃: IBM Plex has no place for an accent above them and would draw it
 * through them. DejaVu, which is bundled too, has one.
 */
export const TALL_AND_ACCENTED = /^[bdfhklt]\p{M}/u

/** ECharts rich text of a formula; its styles are those of `mathStyles`. */
export function richMath(text: string): string {
  return mathParts(text)
    .flatMap((part) =>
      part.place === 'line' && !part.italic
        ? part.text
            .split(FALLBACK_SIGNS)
            .filter((piece) => piece !== '')
            .map((piece) => ({ ...part, text: piece }))
        : [part],
    )
    .map(({ text: piece, place, italic }) => {
      // A closing brace would end the piece before its time.
      if (place === 'line' && piece.includes('}')) return piece
      if (place === 'line') return `{${lineStyle(piece, italic)}|${piece}}`
      return `{${place}${italic ? 'Italic' : ''}|${piece}}`
    })
    .join('')
}

function lineStyle(piece: string, italic: boolean): 'accented' | 'italic' | 'plain' {
  if (TALL_AND_ACCENTED.test(piece)) return 'accented'
  return italic ? 'italic' : 'plain'
}

/** The styles that `richMath` refers to, for letters of this size. */
export function mathStyles(fontFamily: string, size: number) {
  // Upright pieces, too, have a style of their own: ECharts writes the text around them in a form that not every SVG
  // renderer reads.
  const plain = { fontFamily, fontSize: size }
  const italic = { ...plain, fontStyle: 'italic' } as const
  // DejaVu's letters are larger than Plex's of the same size.
  const accented = { ...italic, fontFamily: "'DejaVu Sans', sans-serif", fontSize: size * 0.92 } as const
  const index = { fontFamily, fontSize: size * INDEX_SIZE }
  // Pieces are centred on the line: room on one side moves a piece to the other by half of it.
  const shift = 2 * INDEX_SHIFT * size
  const sub = { ...index, padding: [shift, 0, 0, 0] }
  const sup = { ...index, padding: [0, 0, shift, 0] }
  const lean = { fontStyle: 'italic' } as const
  return { plain, italic, accented, sub, sup, subItalic: { ...sub, ...lean }, supItalic: { ...sup, ...lean } }
}

export interface MathPart {
  readonly text: string
  readonly tag: 'i' | 'span' | 'sub'
}

/**
 * Unicode mathematics as in print: single letters are italic, words (NC1), digits and signs stand upright, and what
 * follows an underscore is a subscript: W_l, f_cc′, ρ_{K²+1}.
 *
 * @param prose words with symbols in between, where a single letter is a symbol only if it bears a subscript
 */
export function mathParts(text: string, prose: boolean): MathPart[] {
  return [...text.matchAll(/_(\{[^}]*\}|[\p{L}\p{N}²′]+)|\p{L}[\p{L}\p{M}]*|[^\p{L}_]+|_/gu)].map((match): MathPart => {
    const [whole, subscript] = match
    if (subscript !== undefined) return { text: subscript.replace(/[{}]/g, ''), tag: 'sub' }
    const bearsSubscript = text[match.index + whole.length] === '_'
    const isSymbol = /^\p{L}\p{M}*$/u.test(whole) && (!prose || bearsSubscript)
    return { text: whole, tag: isSymbol ? 'i' : 'span' }
  })
}

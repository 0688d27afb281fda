export interface MathPart {
  readonly text: string
  readonly tag: 'i' | 'span' | 'sub' | 'sup'
}

/**
 * Unicode mathematics as in print: single letters are italic, words (NC1), digits and signs stand upright, and what
 * follows an underscore or a caret is set below or above the line: W_l, f_cc′, ρ_{K²+1}, (1 − x)^{L+1}.
 *
 * @param prose words with symbols in between, where a single letter is a symbol only if it bears an index
 */
export function mathParts(text: string, prose: boolean): MathPart[] {
  return [...text.matchAll(pattern)].map((match): MathPart => {
    const [whole, mark, index] = match
    if (index !== undefined) return { text: index.replace(/[{}]/g, ''), tag: mark === '^' ? 'sup' : 'sub' }
    const bearsIndex = /^[_^]/.test(text.slice(match.index + whole.length))
    const isSymbol = /^\p{L}\p{M}*$/u.test(whole) && (!prose || bearsIndex)
    return { text: whole, tag: isSymbol ? 'i' : 'span' }
  })
}

/** An index with its mark, a word or letter with its accents, or whatever stands between. */
const pattern = /([_^])(\{[^}]*\}|[\p{L}\p{N}²′]+)|\p{L}[\p{L}\p{M}]*|[^\p{L}_^]+|[_^]/gu

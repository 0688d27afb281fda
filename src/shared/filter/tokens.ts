import { LabError } from '../errors'

/** Where something stands in the filter line: characters `from` up to, not including, `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

const symbols = ['!=', '<=', '>=', '!~', '..', '=', '<', '>', '~', ':', '(', ')', '[', ']', ',', '@'] as const
export type SymbolText = (typeof symbols)[number]

export type Token = Span &
  (
    | { readonly type: 'word'; readonly text: string }
    | { readonly type: 'quoted'; readonly text: string }
    | { readonly type: 'symbol'; readonly text: SymbolText }
  )

/** What a person may type for a symbol that is not on every keyboard. */
const written: Readonly<Record<string, SymbolText>> = { '≤': '<=', '≥': '>=', '≠': '!=', '…': '..', '==': '=' }

/** A date with its time is one word, though it holds colons. A word ends before '..', so that 1..2 is a range. */
const patterns = {
  date: /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?/y,
  word: /(?:(?!\.\.)[^\s()[\],"=<>!~:@≤≥≠…])+/y,
  quoted: /"((?:[^"\\]|\\.)*)"/y,
  symbol: /==|!=|<=|>=|!~|\.\.|[=<>~:()[\],@≤≥≠…]/y,
  blank: /\s+/y,
}

/** @throws LabError 'bad-input' with the place (`from`, `to`) of a quotation mark that is not closed or a stray sign */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < text.length;) {
    const found = (pattern: RegExp) => {
      pattern.lastIndex = at
      return pattern.exec(text)
    }
    const from = at
    const blank = found(patterns.blank)
    const quoted = found(patterns.quoted)
    const word = found(patterns.date) ?? found(patterns.word)
    const symbol = found(patterns.symbol)
    const match = blank ?? quoted ?? word ?? symbol
    if (!match) throw strange(text, at)
    at += match[0].length
    if (match === quoted) tokens.push({ type: 'quoted', text: unescaped(quoted[1] ?? ''), from, to: at })
    else if (match === word) tokens.push({ type: 'word', text: word[0], from, to: at })
    else if (match === symbol) tokens.push({ type: 'symbol', text: symbolOf(symbol[0]), from, to: at })
  }
  return tokens
}

/** A value as the filter line writes it: quoted where it would not be one word, or would be taken for a keyword. */
export function quoteIfNeeded(text: string): string {
  const { word } = patterns
  word.lastIndex = 0
  const isWord = word.exec(text)?.[0] === text && !/^(and|or|not|in|star)$/i.test(text)
  return isWord ? text : `"${text.replaceAll(/[\\"]/g, String.raw`\$&`)}"`
}

/** An error that says where in the line it is. */
export function filterError({ from, to }: Span, message: string): LabError {
  return new LabError('bad-input', message, { from, to })
}

function unescaped(inside: string): string {
  return inside.replaceAll(/\\(.)/gs, '$1')
}

function symbolOf(text: string): SymbolText {
  const symbol = written[text] ?? symbols.find((known) => known === text)
  if (!symbol) throw new LabError('internal', `Not a symbol of the filter language: ${text}.`)
  return symbol
}

function strange(text: string, at: number): LabError {
  if (text[at] === '"') {
    return filterError({ from: at, to: text.length }, 'This quotation mark is not closed. Add a second one.')
  }
  return filterError({ from: at, to: at + 1 }, `"${text[at]}" means nothing here. Put text that holds it in quotes.`)
}

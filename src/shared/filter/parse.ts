import { filterError, tokensOf, type Span, type SymbolText, type Token } from './tokens'
import { relations, type FilterNode, type OperandNode, type Reading, type Relation, type ValueNode } from './tree'

/**
 * The tree of a filter line; null for an empty one, which keeps every run.
 *
 *     filter   = all { "or" all }
 *     all      = one { ["and"] one }
 *     one      = "not" one | "(" filter ")" | "star" | operand relation value | words and "phrases" to look for
 *     operand  = [("param" | "metric") "."] name ["[" layer "]"] ["@" step] | ("min" | "max" | "last") "(" operand ")"
 *     relation = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" (contains) | "!~" | ":" | ["not"] "in"
 *     value    = item | "(" item { "," item } ")"        item = word | "text" | word ".." word
 *
 * @throws LabError 'bad-input' whose details say where (`from`, `to`)
 */
export function parseFilter(text: string): FilterNode | null {
  return new Parser(text).filter()
}

/** One operand by itself: how a column of the table is named. @throws LabError 'bad-input' */
export function parseOperand(text: string): OperandNode {
  return new Parser(text).onlyOperand()
}

/** What may stand at the end of a line, for completion. */
export interface Expectation {
  readonly term: boolean
  readonly relation: OperandNode | null
  /** A value for this operand. */
  readonly value: OperandNode | null
  readonly connective: boolean
}

/** What may follow this beginning of a filter line; nothing where the beginning itself is wrong. */
export function expectedAfter(beginning: string): Expectation {
  let parser: Parser | null = null
  try {
    parser = new Parser(beginning)
    parser.filter()
  } catch {
    // A beginning that is not a whole filter is the usual case: what the parser asked for is the answer.
  }
  return parser?.expected ?? nothing
}

const nothing: Expectation = { term: false, relation: null, value: null, connective: false }

/** More than a person types, and few enough for the depth that SQLite allows an expression. */
const MOST_TERMS = 200
const MOST_NESTED = 100

class Parser {
  readonly #tokens: readonly Token[]
  readonly #end: Span
  #at = 0
  #terms = 0
  #depth = 0
  /** What was asked for where the line ends. */
  expected: Expectation = nothing

  constructor(text: string) {
    this.#tokens = tokensOf(text)
    this.#end = { from: text.length, to: text.length }
  }

  filter(): FilterNode | null {
    if (this.#tokens.length === 0) {
      this.#expect({ term: true })
      return null
    }
    const tree = this.#any()
    const rest = this.#peek()
    if (rest) throw filterError(rest, `"${rest.text}" closes nothing. Remove it, or open a bracket before it.`)
    return tree
  }

  onlyOperand(): OperandNode {
    const operand = this.#operand()
    const rest = this.#peek()
    if (rest) throw filterError(rest, `"${rest.text}" was not expected after the name of a column.`)
    return operand
  }

  #any(): FilterNode {
    const parts = [this.#all()]
    while (this.#takeWord('or')) parts.push(this.#all())
    return joined('or', parts)
  }

  #all(): FilterNode {
    const parts = [this.#one()]
    for (;;) {
      const next = this.#peek()
      if (!next) this.#expect({ connective: true })
      if (!next || (next.type === 'symbol' && next.text === ')') || this.#isWord('or')) return joined('and', parts)
      this.#takeWord('and')
      parts.push(this.#one())
    }
  }

  #one(): FilterNode {
    const token = this.#peek()
    if (!token) {
      this.#expect({ term: true })
      throw filterError(this.#end, 'Something is missing at the end: a comparison such as K=4, or a word to look for.')
    }
    if (this.#takeWord('not')) {
      const part = this.#nested(token, () => this.#one())
      return { type: 'not', part, from: token.from, to: part.to }
    }
    if (this.#takeSymbol('(')) {
      const inside = this.#nested(token, () => this.#any())
      return { ...inside, from: token.from, to: this.#close(')', token).to }
    }
    if (++this.#terms > MOST_TERMS) {
      throw filterError(token, `A filter has at most ${MOST_TERMS} conditions. Use a list: K in (2, 3, 4).`)
    }
    if (token.type === 'quoted') {
      this.#at++
      return { type: 'word', text: token.text, from: token.from, to: token.to }
    }
    if (token.type === 'symbol') {
      throw filterError(token, `Expected a name, a word or "(" here, got "${token.text}".`)
    }
    return this.#wordOrComparison(token)
  }

  #nested<T>(at: Span, inside: () => T): T {
    if (++this.#depth > MOST_NESTED) throw filterError(at, `A filter nests at most ${MOST_NESTED} deep.`)
    const found = inside()
    this.#depth--
    return found
  }

  #wordOrComparison(first: Token): FilterNode {
    const operand = this.#operand()
    const relation = this.#relation(operand)
    if (relation !== null) {
      const values = this.#values(operand, relation)
      const { to } = this.#tokens[this.#at - 1] ?? this.#end
      return { type: 'compare', operand, relation, values, from: operand.from, to }
    }
    // Only a word by itself is one to look for; min(loss) and nc1[2] ask for a comparison.
    const span = { from: operand.from, to: operand.to }
    if (operand.to !== first.to) {
      throw filterError(span, 'Compare this with something, as in min(loss) < 0.1.')
    }
    if (first.text.toLowerCase() === 'star') return { type: 'star', ...span }
    return { type: 'word', text: first.text, ...span }
  }

  #operand(): OperandNode {
    const token = this.#peek()
    if (token?.type !== 'word') throw filterError(token ?? this.#end, 'Expected a name here, such as loss or K.')
    this.#at++
    const reading = aggregate(token.text)
    if (reading && this.#takeSymbol('(')) {
      const inside = this.#operand()
      if (inside.reading.of !== 'last') {
        throw filterError(inside, `${token.text}( ) takes the name of a metric, with a layer or without.`)
      }
      return { ...inside, reading, from: token.from, to: this.#close(')', token).to }
    }
    const [, prefix = null, name = token.text] = /^(param|metric)\.(.+)$/.exec(token.text) ?? []
    const layer = this.#takeSymbol('[') ? this.#whole('layer', ']') : null
    const step = this.#takeSymbol('@') ? this.#whole('step', null) : null
    const { to } = this.#tokens[this.#at - 1] ?? token
    return {
      name,
      prefix: prefix === 'param' || prefix === 'metric' ? prefix : null,
      layer,
      reading: step === null ? { of: 'last' } : { of: 'step', step },
      from: token.from,
      to,
    }
  }

  #whole(what: 'layer' | 'step', closing: SymbolText | null): number {
    const token = this.#peek()
    if (token?.type !== 'word' || !/^\d{1,15}$/.test(token.text)) {
      const example = what === 'layer' ? 'nc1[2]' : 'loss@1000'
      throw filterError(token ?? this.#end, `Expected a whole number as the ${what} here, as in ${example}.`)
    }
    this.#at++
    if (closing) this.#close(closing, token)
    return Number(token.text)
  }

  #relation(operand: OperandNode): Relation | null {
    const token = this.#peek()
    if (!token) this.#expect({ relation: operand })
    if (token?.type === 'symbol') {
      const relation = relations.find((known) => known === token.text)
      if (relation) this.#at++
      return relation ?? null
    }
    if (this.#takeWord('in')) return 'in'
    if (!this.#isWord('not') || !this.#isWord('in', 1)) return null
    this.#at += 2
    return 'not in'
  }

  #values(operand: OperandNode, relation: Relation): ValueNode[] {
    const opening = this.#peek()
    if (!opening) this.#expect({ value: operand })
    const isList = relation === 'in' || relation === 'not in'
    if (!opening || !this.#takeSymbol('(')) {
      const value = this.#value(operand)
      if (isList && value.upTo === null) {
        throw filterError(value, `After "${relation}" put a list or a range: ${operand.name} ${relation} (4, 6).`)
      }
      return [value]
    }
    const values = [this.#value(operand)]
    while (this.#takeSymbol(',')) values.push(this.#value(operand))
    this.#close(')', opening)
    return values
  }

  #value(operand: OperandNode): ValueNode {
    const token = this.#peek()
    if (!token) this.#expect({ value: operand })
    if (!token || token.type === 'symbol') {
      const got = token ? `"${token.text}"` : 'the end of the line'
      throw filterError(token ?? this.#end, `Expected a value for ${operand.name} here, got ${got}.`)
    }
    this.#at++
    if (!this.#takeSymbol('..')) return { ...token, upTo: null, quoted: token.type === 'quoted' }
    const last = this.#peek()
    if (last?.type !== 'word') {
      throw filterError(last ?? this.#end, `The range that begins with ${token.text} needs an end, as in 1..3.`)
    }
    this.#at++
    return { text: token.text, upTo: last.text, quoted: false, from: token.from, to: last.to }
  }

  #close(symbol: SymbolText, opening: Span): Token {
    const token = this.#peek()
    if (token && this.#takeSymbol(symbol)) return token
    throw filterError({ from: opening.from, to: token?.from ?? this.#end.to }, `A "${symbol}" is missing.`)
  }

  #peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead]
  }

  #isWord(word: string, ahead = 0): boolean {
    const token = this.#peek(ahead)
    return token?.type === 'word' && token.text.toLowerCase() === word
  }

  #takeWord(word: string): boolean {
    const found = this.#isWord(word)
    if (found) this.#at++
    return found
  }

  #takeSymbol(symbol: SymbolText): boolean {
    const token = this.#peek()
    const found = token?.type === 'symbol' && token.text === symbol
    if (found) this.#at++
    return found
  }

  #expect(part: Partial<Expectation>): void {
    this.expected = { ...this.expected, ...part }
  }
}

function aggregate(name: string): Reading | null {
  return name === 'min' || name === 'max' || name === 'last' ? { of: name } : null
}

function joined(type: 'and' | 'or', parts: readonly FilterNode[]): FilterNode {
  const [first] = parts
  const last = parts.at(-1)
  if (!first || !last || parts.length === 1) return first ?? { type, parts, from: 0, to: 0 }
  return { type, parts, from: first.from, to: last.to }
}

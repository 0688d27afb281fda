import { LabError } from './errors'
import type { ParamValue } from './params'

/**
 * Conditions between the parameters of a run.
 *
 *     or         := and ('or' and)*
 *     and        := not ('and' not)*
 *     not        := 'not' not | comparison
 *     comparison := sum (('<' | '<=' | '>' | '>=' | '=' | '!=') sum)?
 *     sum        := product (('+' | '-') product)*
 *     product    := sign (('*' | '/') sign)*
 *     sign       := '-' sign | power
 *     power      := atom ('^' sign)?
 *     atom       := number | "text" | name | function '(' sum (',' sum)* ')' | '(' or ')'
 *
 * Names are parameters by id, symbol or the spelled-out symbol (lambda for λ), and `seed`. The text becomes a tree; it is
 * never run as code.
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly of: readonly Expression[]; readonly at: number }
  | { readonly kind: 'negative'; readonly of: Expression; readonly at: number }
  | { readonly kind: 'not'; readonly of: Expression; readonly at: number }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression; readonly at: number } // prettier-ignore

const arithmetic = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '^': (a: number, b: number) => a ** b,
}
const orders = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
}
const functions = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  floor: Math.floor,
  round: Math.round,
}
type FunctionName = keyof typeof functions
type Operator = keyof typeof arithmetic | keyof typeof orders | '=' | '!=' | 'and' | 'or'

type Value = number | string | boolean

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|"([^"]*)"|(<=|>=|!=|==|[-+*/^<>=(),]))/uy

interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'symbol' | 'end'
  readonly text: string
  /** Where it begins, counted from 0. */
  readonly at: number
}

/** @throws LabError 'bad-input' with the position (details.at) of what cannot be read */
export function parseConstraint(text: string): Expression {
  const parser = new Parser(tokensOf(text), text)
  return parser.whole()
}

/** The names a condition mentions, each once. */
export function namesIn(expression: Expression): readonly string[] {
  return [...new Set(collectNames(expression))]
}

/**
 * Whether values satisfy the condition.
 * @param valueOf the value of a name that the condition mentions
 * @throws LabError 'bad-input' where numbers, words and truth values are mixed up
 */
export function isSatisfied(condition: Expression, valueOf: (name: string) => ParamValue): boolean {
  const result = evaluate(condition, valueOf)
  if (typeof result === 'boolean') return result
  throw mismatch('The condition', 'something that is true or false, such as width >= K', 0)
}

function evaluate(node: Expression, valueOf: (name: string) => ParamValue): Value {
  switch (node.kind) {
    case 'number':
    case 'text':
      return node.value
    case 'name': {
      const value = valueOf(node.name)
      if (typeof value === 'object') throw mismatch(`"${node.name}"`, 'a number or a word, not a list', node.at)
      return value
    }
    case 'negative':
      return -numberOf(node.of, valueOf, node.at)
    case 'not':
      return !truthOf(node.of, valueOf, node.at)
    case 'call': {
      const apply: (...values: number[]) => number = functions[node.name]
      return apply(...node.of.map((argument) => numberOf(argument, valueOf, node.at)))
    }
    case 'binary':
      return evaluateBinary(node, valueOf)
    default:
      return node satisfies never
  }
}

function evaluateBinary(node: Extract<Expression, { kind: 'binary' }>, valueOf: (name: string) => ParamValue): Value {
  const { operator, left, right, at } = node
  if (operator === 'and' || operator === 'or') {
    // Both sides always: what is wrong with a condition then shows on any row, whatever its values.
    const [a, b] = [truthOf(left, valueOf, at), truthOf(right, valueOf, at)]
    return operator === 'and' ? a && b : a || b
  }
  if (operator === '=' || operator === '!=') {
    const [a, b] = [evaluate(left, valueOf), evaluate(right, valueOf)]
    if (typeof a !== typeof b) throw mismatch(`"${operator}"`, 'two numbers or two words', at)
    return (a === b) === (operator === '=')
  }
  const [a, b] = [numberOf(left, valueOf, at), numberOf(right, valueOf, at)]
  return isOrder(operator) ? orders[operator](a, b) : arithmetic[operator](a, b)
}

function isOrder(operator: keyof typeof arithmetic | keyof typeof orders): operator is keyof typeof orders {
  return Object.hasOwn(orders, operator)
}

function numberOf(node: Expression, valueOf: (name: string) => ParamValue, at: number): number {
  const value = evaluate(node, valueOf)
  if (typeof value === 'number') return value
  throw mismatch(typeof value === 'string' ? `"${value}"` : 'A comparison', 'a number here', at)
}

function truthOf(node: Expression, valueOf: (name: string) => ParamValue, at: number): boolean {
  const value = evaluate(node, valueOf)
  if (typeof value === 'boolean') return value
  throw mismatch(`"${value}"`, 'a comparison on both sides of and, or, not', at)
}

function mismatch(what: string, expected: string, at: number): LabError {
  return new LabError('bad-input', `${what}: expected ${expected}.`, { at })
}

function collectNames(node: Expression): string[] {
  switch (node.kind) {
    case 'name':
      return [node.name]
    case 'negative':
    case 'not':
      return collectNames(node.of)
    case 'call':
      return node.of.flatMap(collectNames)
    case 'binary':
      return [...collectNames(node.left), ...collectNames(node.right)]
    default:
      return []
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = new RegExp(TOKEN)
  const end = text.trimEnd().length
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex
    const match = pattern.exec(text)
    if (!match) {
      const at = from + (text.slice(from).search(/\S/) || 0)
      throw new LabError('bad-input', `"${text[at]}" at ${at + 1} is not part of a condition.`, { at })
    }
    const [all, number, name, quoted, symbol] = match
    const word = number ?? name ?? quoted ?? symbol ?? ''
    const kind =
      number !== undefined ? 'number' : name !== undefined ? 'name' : quoted !== undefined ? 'text' : 'symbol'
    const at = from + all.search(/\S/)
    tokens.push({ kind, text: symbol === '==' ? '=' : word, at })
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }]
}

/** Recursive descent, one method a rule. Depth is bounded by the length of the text, which the spec bounds. */
class Parser {
  #next = 0

  constructor(
    readonly tokens: readonly Token[],
    readonly text: string,
  ) {}

  whole(): Expression {
    const tree = this.#or()
    if (this.#token.kind !== 'end') throw this.#unexpected('an operator or the end')
    return tree
  }

  get #token(): Token {
    return this.tokens[this.#next] ?? { kind: 'end', text: '', at: this.text.length }
  }

  #or(): Expression {
    return this.#chain(['or'], () => this.#and())
  }

  #and(): Expression {
    return this.#chain(['and'], () => this.#not())
  }

  #not(): Expression {
    const { at } = this.#token
    if (this.#take('name', ['not']) === null) return this.#comparison()
    return { kind: 'not', of: this.#not(), at }
  }

  #comparison(): Expression {
    const left = this.#sum()
    const { at } = this.#token
    const operator = this.#take('symbol', ['<', '<=', '>', '>=', '=', '!='] as const)
    return operator === null ? left : { kind: 'binary', operator, left, right: this.#sum(), at }
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#product())
  }

  #product(): Expression {
    return this.#chain(['*', '/'], () => this.#sign())
  }

  #sign(): Expression {
    const { at } = this.#token
    if (this.#take('symbol', ['-']) === null) return this.#power()
    return { kind: 'negative', of: this.#sign(), at }
  }

  #power(): Expression {
    const left = this.#atom()
    const { at } = this.#token
    const operator = this.#take('symbol', ['^'] as const)
    return operator === null ? left : { kind: 'binary', operator, left, right: this.#sign(), at }
  }

  #atom(): Expression {
    const token = this.#token
    if (token.kind === 'number' || token.kind === 'text' || token.kind === 'name') this.#next++
    switch (token.kind) {
      case 'number':
        return { kind: 'number', value: Number(token.text) }
      case 'text':
        return { kind: 'text', value: token.text }
      case 'name':
        return isFunction(token.text) && this.#token.text === '(' ? this.#call(token.text, token.at) : nameOf(token)
      default:
        return this.#bracket()
    }
  }

  #bracket(): Expression {
    if (this.#take('symbol', ['(']) === null) throw this.#unexpected('a number, a parameter or "("')
    const inner = this.#or()
    this.#close()
    return inner
  }

  #call(name: FunctionName, at: number): Expression {
    this.#next++
    const given = [this.#sum()]
    while (this.#take('symbol', [',']) !== null) given.push(this.#sum())
    this.#close()
    if (given.length > 1 && functions[name].length === 1) {
      throw new LabError('bad-input', `${name} at ${at + 1} takes one number, not ${given.length}.`, { at })
    }
    return { kind: 'call', name, of: given, at }
  }

  #close(): void {
    if (this.#take('symbol', [')']) === null) throw this.#unexpected('")"')
  }

  /** Operators of one rank, from left to right. */
  #chain(operators: readonly Operator[], operand: () => Expression): Expression {
    let left = operand()
    for (;;) {
      const { at, kind } = this.#token
      const operator = kind === 'symbol' || kind === 'name' ? this.#take(kind, operators) : null
      if (operator === null) return left
      left = { kind: 'binary', operator, left, right: operand(), at }
    }
  }

  #take<const T extends string>(kind: Token['kind'], expected: readonly T[]): T | null {
    const token = this.#token
    const found = token.kind === kind ? expected.find((text) => text === token.text) : undefined
    if (found === undefined) return null
    this.#next++
    return found
  }

  #unexpected(expected: string): LabError {
    const { kind, text, at } = this.#token
    const found = kind === 'end' ? 'the end' : `"${text}"`
    return new LabError('bad-input', `Found ${found} at ${at + 1}, expected ${expected}.`, { at })
  }
}

function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(functions, name)
}

function nameOf({ text, at }: Token): Expression {
  return { kind: 'name', name: text, at }
}

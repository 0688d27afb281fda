/** The variables of a formula and their values. */
export type Environment = Readonly<Record<string, number>>
export type Formula = (environment: Environment) => number

const FUNCTIONS: Readonly<Record<string, (...x: number[]) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  exp: Math.exp,
  log: Math.log,
  ln: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  floor: Math.floor,
}
const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
}
const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|\/\/|[=!<>]=|[-+*/%^()<>,|]))/y

/**
 * Compiles the arithmetic of golden files, in the notation of Python with products that may be written side by side:
 * `sin(1+i+j)+(2*i if i==j)`, `sqrt(2/40) cos(pi (i+0.5) r/40)`, `+1 if i%3==0 else -1`, `|i-j|`.
 *
 * A conditional without `else` is 0 where it does not hold; `%` has the sign of the divisor. Anything not understood
 * throws: a formula read wrongly would make a wrong reference.
 */
export function parseFormula(text: string): Formula {
  const tokens = tokenise(text)
  let at = 0
  const peek = () => tokens[at]
  const fail = (why: string): never => {
    throw new Error(`formula "${text}": ${why} at token ${at + 1} ("${peek() ?? 'end'}")`)
  }
  const take = (token: string): boolean => (peek() === token ? (at++, true) : false)
  const expect = (token: string) => void (take(token) || fail(`"${token}" expected`))

  function conditional(): Formula {
    const yes = sum()
    if (!take('if')) return yes
    const holds = disjunction()
    const no: Formula = take('else') ? conditional() : () => 0
    return (e) => (holds(e) ? yes(e) : no(e))
  }
  function disjunction(): (e: Environment) => boolean {
    let left = conjunction()
    while (take('or')) {
      const [a, b] = [left, conjunction()]
      left = (e) => a(e) || b(e)
    }
    return left
  }
  function conjunction(): (e: Environment) => boolean {
    let left = comparison()
    while (take('and')) {
      const [a, b] = [left, comparison()]
      left = (e) => a(e) && b(e)
    }
    return left
  }
  function comparison(): (e: Environment) => boolean {
    const left = sum()
    const compare = COMPARISONS[peek() ?? ''] ?? fail('a comparison expected')
    at++
    const right = sum()
    return (e) => compare(left(e), right(e))
  }
  function sum(): Formula {
    let left = product()
    for (;;) {
      const a = left
      if (take('+')) left = plus(a, product())
      else if (take('-')) left = minus(a, product())
      else return left
    }
  }
  function product(): Formula {
    let left = signed()
    for (;;) {
      const a = left
      if (take('*')) left = times(a, signed())
      else if (take('//')) left = floorDivide(a, signed())
      else if (take('/')) left = divide(a, signed())
      else if (take('%')) left = modulo(a, signed())
      else if (startsFactor()) left = times(a, power())
      else return left
    }
  }
  function signed(): Formula {
    if (take('+')) return signed()
    if (!take('-')) return power()
    const inner = signed()
    return (e) => -inner(e)
  }
  function power(): Formula {
    const base = primary()
    if (!take('^') && !take('**')) return base
    const exponent = signed()
    return (e) => base(e) ** exponent(e)
  }
  function primary(): Formula {
    const token = peek()
    if (token === undefined) return fail('a value expected')
    at++
    if (/^[\d.]/.test(token)) {
      const value = Number(token)
      return () => value
    }
    if (token === '(' || token === '|') {
      const inner = conditional()
      expect(token === '(' ? ')' : '|')
      return token === '(' ? inner : (e) => Math.abs(inner(e))
    }
    if (!isName(token)) {
      at--
      return fail('a value expected')
    }
    const call = FUNCTIONS[token]
    if (!call) return variable(token, text)
    expect('(')
    const args = [conditional()]
    while (take(',')) args.push(conditional())
    expect(')')
    return (e) => call(...args.map((x) => x(e)))
  }
  const startsFactor = () => {
    const token = peek()
    return token !== undefined && (token === '(' || /^[\d.]/.test(token) || isName(token))
  }

  const formula = conditional()
  if (at < tokens.length) fail('nothing more expected')
  return formula
}

function tokenise(text: string): string[] {
  const tokens: string[] = []
  let end = 0
  while (end < text.trimEnd().length) {
    TOKEN.lastIndex = end
    const match = TOKEN.exec(text)
    if (!match) throw new Error(`formula "${text}": not understood from "${text.slice(end)}"`)
    tokens.push(match[0].trim())
    end = TOKEN.lastIndex
  }
  return tokens
}

const isName = (token: string) => /^[A-Za-z_]/.test(token) && !['if', 'else', 'and', 'or'].includes(token)

function variable(name: string, text: string): Formula {
  return (e) => {
    const value = name === 'pi' ? Math.PI : e[name]
    if (value === undefined) throw new Error(`formula "${text}": "${name}" is not known`)
    return value
  }
}

const plus =
  (a: Formula, b: Formula): Formula =>
  (e) =>
    a(e) + b(e)
const minus =
  (a: Formula, b: Formula): Formula =>
  (e) =>
    a(e) - b(e)
const times =
  (a: Formula, b: Formula): Formula =>
  (e) =>
    a(e) * b(e)
const divide =
  (a: Formula, b: Formula): Formula =>
  (e) =>
    a(e) / b(e)
const floorDivide =
  (a: Formula, b: Formula): Formula =>
  (e) =>
    Math.floor(a(e) / b(e))
const modulo =
  (a: Formula, b: Formula): Formula =>
  (e) =>
    a(e) - b(e) * Math.floor(a(e) / b(e))

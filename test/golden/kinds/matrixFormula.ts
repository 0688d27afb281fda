import { matrix, type Matrix } from '#main/compute/matrix'
import { parseFormula, type Environment, type Formula } from './formula'

/** Definitions that follow a matrix: `u_r[i]=…` (a vector, by its stem) and `k=i*cols+j` (a number). */
interface Definitions {
  readonly vectors: ReadonlyMap<string, Formula>
  readonly numbers: ReadonlyMap<string, Formula>
}

/**
 * The symmetric matrix that a golden case describes in words:
 *   `A[i][j]=sin(1+i+j)+(2*i if i==j)`     entry by entry
 *   `diag(0.5+0.5*sin(1+i))`               a diagonal from a formula in i
 *   `diag(1 x4, 0.1 x12)`, `diag(3,2,1)`   a diagonal from values and copies
 *   `sum_{(r,a) in (1,6),(2,4)} a u_r u_r^T, u_r[i]=…` or `sum_{r=1..3} …`, `c u u^T`, `c I`
 * and sums and differences of the last four. Indices count from 0; n, size, rows and cols are the size.
 *
 * @throws Error if a part is not understood, sizes do not fit or the result is not symmetric
 */
export function parseMatrix(text: string, size: number): Matrix {
  const [body = '', ...rest] = split(text.trim(), ',')
  const definitions = parseDefinitions(rest)
  const environment: Environment = { n: size, size, rows: size, cols: size }
  const entries = /^[A-Za-z_]\w*\s*\[i\]\s*\[j\]\s*=(?!=)(.+)$/s.exec(body)
  const A = matrix(size, size)
  if (entries) addEntries(A, parseFormula(entries[1]!), definitions, environment)
  else
    for (const term of signedTerms(body.replace(/^[A-Za-z]\w*\s*=(?!=)/, '')))
      addTerm(A, term, definitions, environment)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [A.data[i * size + j]!, A.data[j * size + i]!]
      if (Math.abs(a - b) > 1e-13 * Math.max(Math.abs(a), Math.abs(b))) {
        throw new Error(`matrix "${text}": entry ${i},${j} is ${a}, entry ${j},${i} is ${b}; it has to be symmetric`)
      }
    }
  }
  return A
}

/** A start vector, normalised: `all ones / norm`, `sin(1+i) / norm`, `+1 if i%3==0 else -1, / norm`, `e_2`. */
export function parseStart(text: string, size: number): Float64Array {
  const body = text.replace(/,?\s*\/\s*norm\s*$/, '').trim()
  const unit = /^e_?\{?(\d+)\}?$/.exec(body)
  const formula = /^(all )?ones$/.test(body) ? () => 1 : unit ? undefined : parseFormula(body)
  const v = Float64Array.from({ length: size }, (_, i) =>
    formula ? formula({ i, n: size, size }) : i === Number(unit![1]) ? 1 : 0,
  )
  const length = Math.hypot(...v)
  if (!(length > 0)) throw new Error(`start vector "${text}" has length ${length}`)
  return v.map((x) => x / length)
}

function addEntries(A: Matrix, formula: Formula, definitions: Definitions, environment: Environment): void {
  for (let i = 0; i < A.rows; i++) {
    for (let j = 0; j < A.cols; j++) {
      const scope: Record<string, number> = { ...environment, i, j }
      for (const [name, value] of definitions.numbers) scope[name] = value(scope)
      A.data[i * A.cols + j] = formula(scope)
    }
  }
}

function addTerm(A: Matrix, { sign, text }: SignedTerm, definitions: Definitions, environment: Environment): void {
  const diagonal = /^(.*?)\s*\*?\s*diag\((.*)\)$/s.exec(text)
  const sum = /^sum_\{(.+?)\}\s*(.+)$/s.exec(text)
  const identity = /^(.*?)\s*\*?\s*\bI(?:_\w+)?$/s.exec(text)
  if (diagonal) {
    const scale = sign * coefficient(diagonal[1]!, environment)
    diagonalValues(diagonal[2]!, A.rows, environment).forEach((d, i) => (A.data[i * (A.cols + 1)]! += scale * d))
  } else if (sum) {
    for (const values of indexValues(sum[1]!)) addRankOne(A, sign, sum[2]!, definitions, { ...environment, ...values })
  } else if (identity) {
    const scale = sign * coefficient(identity[1]!, environment)
    for (let i = 0; i < A.rows; i++) A.data[i * (A.cols + 1)]! += scale
  } else {
    addRankOne(A, sign, text, definitions, environment)
  }
}

/** `a u_r u_r^T` or `c u u^T`: a coefficient and the same vector twice. */
function addRankOne(A: Matrix, sign: number, text: string, { vectors }: Definitions, environment: Environment): void {
  const match = /^(.*?)\s*\*?\s*\b([A-Za-z]\w*)\s*\*?\s*([A-Za-z]\w*)\^T$/s.exec(text.trim())
  const vector = match && match[2] === match[3] ? vectors.get(match[2]!) : undefined
  if (!match || !vector) throw new Error(`matrix term "${text}" is not understood`)
  const scale = sign * coefficient(match[1]!, environment)
  const u = Float64Array.from({ length: A.rows }, (_, i) => vector({ ...environment, i }))
  for (let i = 0; i < A.rows; i++) {
    for (let j = 0; j < A.cols; j++) A.data[i * A.cols + j]! += scale * u[i]! * u[j]!
  }
}

function coefficient(text: string, environment: Environment): number {
  return text.trim() === '' ? 1 : parseFormula(text)(environment)
}

function diagonalValues(text: string, size: number, environment: Environment): number[] {
  const parts = split(text, ',')
  const copies = parts.map((part) => /^(.+?)(?:\s+x|\s*×)\s*(\d+)$/.exec(part.trim()))
  if (parts.length === 1 && !copies[0]) {
    const formula = parseFormula(text)
    return Array.from({ length: size }, (_, i) => formula({ ...environment, i }))
  }
  const values = parts.flatMap((part, k) => {
    const value = parseFormula(copies[k]?.[1] ?? part)(environment)
    return Array.from({ length: Number(copies[k]?.[2] ?? 1) }, () => value)
  })
  if (values.length !== size) throw new Error(`diag(${text}) has ${values.length} entries, the size is ${size}`)
  return values
}

/** `(r,a) in (1,6),(2,4)`, `r in 1,2,3`, `r=1..3`: one environment for each value of the index. */
function indexValues(text: string): Record<string, number>[] {
  const range = /^\s*(\w+)\s*=\s*(\d+)\s*\.\.\s*(\d+)\s*$/.exec(text)
  if (range) {
    const [from, to] = [Number(range[2]), Number(range[3])]
    return Array.from({ length: to - from + 1 }, (_, k) => ({ [range[1]!]: from + k }))
  }
  const [left, right, ...more] = text.split(/\s+in\s+/)
  if (left === undefined || right === undefined || more.length > 0)
    throw new Error(`sum over "${text}" is not understood`)
  const names = split(unwrap(left), ',').map((name) => name.trim())
  return split(right, ',').map((tuple) => {
    const values = split(unwrap(tuple), ',').map((value) => parseFormula(value)({}))
    if (values.length !== names.length) throw new Error(`sum over "${text}": "${tuple}" has ${values.length} values`)
    return Object.fromEntries(names.map((name, k) => [name, values[k]!]))
  })
}

function parseDefinitions(parts: readonly string[]): Definitions {
  const [vectors, numbers] = [new Map<string, Formula>(), new Map<string, Formula>()]
  for (const part of parts) {
    const match = /^\s*(?:where\s+)?([A-Za-z]\w*)\s*(\[i\])?\s*=(?!=)(.+)$/s.exec(part)
    if (!match) throw new Error(`definition "${part}" is not understood`)
    ;(match[2] ? vectors : numbers).set(match[1]!, parseFormula(match[3]!))
  }
  return { vectors, numbers }
}

interface SignedTerm {
  readonly sign: number
  readonly text: string
}

/** Splits at every + and − outside of brackets; those of exponents, as in 1e-5, are not operators. */
function signedTerms(text: string): SignedTerm[] {
  const marked = text
    .trim()
    .replace(/(\d\.?[eE])([+-])(?=\d)/g, (_, head: string, sign) => head + (sign === '-' ? '~' : ''))
  return split(marked.replace(/^\+/, ''), '+').flatMap((group) =>
    split(group, '-').flatMap((part, k) => {
      if (k === 0 && part.trim() === '' && group.trim() !== '') return [] // a leading minus
      return [{ sign: k === 0 ? 1 : -1, text: part.trim().replaceAll('~', '-') }]
    }),
  )
}

/** Splits at a separator outside of (), [] and {}. */
function split(text: string, separator: string): string[] {
  const parts = ['']
  let depth = 0
  for (const character of text) {
    if ('([{'.includes(character)) depth++
    if (')]}'.includes(character)) depth--
    if (character === separator && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

const unwrap = (text: string) => /^\s*\((.*)\)\s*$/s.exec(text)?.[1] ?? text

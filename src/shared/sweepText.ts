import { paramFromText, paramText, type ParamDefinition, type ParamValue } from './params'
import type { SweptValues } from './sweep'

/** What a person typed, as values; or why it cannot be read. */
export type ParsedValues =
  { readonly values: SweptValues; readonly problem: null } | { readonly values: null; readonly problem: string }

type Range = Extract<SweptValues, { kind: 'range' }>
type Scale = Range['scale']

const NUMBER = String.raw`[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+−]?\d+)?`
const RANGE = new RegExp(String.raw`^(${NUMBER})\s*\.\.\s*(${NUMBER})(?:\s+(linear|log|integer))?(?:\s+(\d+))?$`)
const DISTRIBUTION = /^~\s*([A-Za-z]+)\s*\(([^()]*)\)(?:\s+(\d+))?$/

const FORMS = 'Expected a value, a list (2, 3, 4), a range (1e-4..1e-1 log 7) or a distribution (~logU(1e-4, 1e-1)).'

/**
 * Reads the text of a field.
 *
 *     0.005                  one value
 *     2, 3, 4                a list; values that are lists themselves are separated by semicolons: 8, 8; 8, 4
 *     0..15                  every whole number of a whole-number field
 *     0..1 5                 five values, both ends included, spaced as the parameter says
 *     1e-4..1e-1 log 7       the same, spaced by a factor; also `linear` and `integer`
 *     ~logU(1e-4, 1e-1) 8    eight draws of a grid; ~U(a, b), ~logU(a, b), ~N(mean, std), ~int(a, b), ~choice(a, b, c)
 *
 * An entry that is no number of the parameter stays text, for `issueWith` to refuse by the parameter's name.
 */
export function parseValues(definition: ParamDefinition, text: string): ParsedValues {
  const trimmed = text.trim()
  if (trimmed.startsWith('~')) return parseDistribution(definition, trimmed)
  if (/\.\./.test(trimmed) && definition.type !== 'choice') return parseRange(definition, trimmed)
  const entries = entriesOf(definition, trimmed)
  return { values: { kind: 'list', values: entries }, problem: null }
}

/** The text that `parseValues` reads back to the same values. */
export function valuesText(values: SweptValues): string {
  switch (values.kind) {
    case 'list':
      return listText(values.values)
    case 'range':
      return rangeText(values)
    case 'uniform':
      return `~U(${values.from}, ${values.to})${drawsText(values.count)}`
    case 'logUniform':
      return `~logU(${values.from}, ${values.to})${drawsText(values.count)}`
    case 'normal':
      return `~N(${values.mean}, ${values.std})${drawsText(values.count)}`
    case 'integer':
      return `~int(${values.from}, ${values.to})${drawsText(values.count)}`
    case 'choice':
      return `~choice(${listText(values.values)})${drawsText(values.count)}`
    default:
      return values satisfies never
  }
}

function parseRange(definition: ParamDefinition, text: string): ParsedValues {
  const match = RANGE.exec(text)
  if (!match) {
    return refused(
      `"${text}" is no range. Write first..last, then linear, log or integer, then how many: 1e-4..1 log 5.`,
    )
  }
  if (definition.type === 'integers' || definition.type === 'reals') {
    return refused(`"${text}": ${definition.label} is a list itself and takes no range. Write 8, 8; 8, 4.`)
  }
  const [from, to] = [numberFrom(match[1]), numberFrom(match[2])]
  const scale = scaleNamed(match[3]) ?? scaleOf(definition)
  const isWhole = scale === 'integer' && Number.isInteger(from) && Number.isInteger(to)
  const count = match[4] === undefined ? (isWhole ? Math.abs(to - from) + 1 : null) : Number(match[4])
  if (count === null) return refused(`"${text}": say how many values, as in ${text} 5.`)
  if (count < 1) return refused(`"${text}": a range has at least one value.`)
  if (scale === 'log' && !(from > 0 && to > 0)) {
    return refused(`"${text}": a logarithmic range needs two positive ends. Write linear to space it evenly.`)
  }
  return { values: { kind: 'range', from, to, count, scale }, problem: null }
}

function rangeText({ from, to, count, scale }: Range): string {
  const isEvery = scale === 'integer' && Number.isInteger(from) && Math.abs(to - from) + 1 === count
  return `${from}..${to} ${scale}${isEvery ? '' : ` ${count}`}`
}

function parseDistribution(definition: ParamDefinition, text: string): ParsedValues {
  const match = DISTRIBUTION.exec(text)
  const [, name = '', inside = '', drawn] = match ?? []
  const count = drawn === undefined ? 1 : Number(drawn)
  if (!match || count < 1) return refused(`"${text}" cannot be read. ${FORMS}`)
  const key = name.toLowerCase()
  if (key === 'choice') {
    return { values: { kind: 'choice', values: entriesOf(definition, inside), count }, problem: null }
  }
  if (!['u', 'logu', 'n', 'int'].includes(key)) {
    return refused(`"${text}": "${name}" is no distribution. Known: ~U, ~logU, ~N, ~int, ~choice.`)
  }
  if (definition.type === 'choice' || definition.type === 'integers' || definition.type === 'reals') {
    return refused(`"${text}": ${definition.label} is no number. Draw it with ~choice(…).`)
  }
  const [first, second, ...more] = inside.split(',').map((part) => numberFrom(part.trim()))
  if (first === undefined || second === undefined || more.length > 0 || Number.isNaN(first + second)) {
    return refused(`"${text}": ~${name} takes two numbers, as in ~${name}(${key === 'n' ? '0, 1' : '1, 10'}).`)
  }
  if (key === 'n') return { values: { kind: 'normal', mean: first, std: second, count }, problem: null }
  const kind = key === 'u' ? 'uniform' : key === 'int' ? 'integer' : 'logUniform'
  if (kind === 'logUniform' && !(first > 0 && second > 0)) {
    return refused(`"${text}": ~logU needs two positive ends.`)
  }
  return { values: { kind, from: first, to: second, count }, problem: null }
}

function entriesOf(definition: ParamDefinition, text: string): ParamValue[] {
  const isList = definition.type === 'integers' || definition.type === 'reals'
  const entries = text.split(isList ? ';' : ',').map((entry) => paramFromText(definition, entry.trim()))
  // A comma behind the last entry is one that is still being typed.
  return entries.length > 1 && !isList && entries.at(-1) === '' ? entries.slice(0, -1) : entries
}

function listText(values: readonly ParamValue[]): string {
  return values.map(paramText).join(values.some(Array.isArray) ? '; ' : ', ')
}

function drawsText(count: number): string {
  return count === 1 ? '' : ` ${count}`
}

/** How a range over it is spaced unless it says so itself. */
function scaleOf(definition: ParamDefinition): Scale {
  if (definition.type === 'integer') return 'integer'
  return definition.type === 'real' ? definition.scale : 'linear'
}

function scaleNamed(text: string | undefined): Scale | null {
  return text === 'linear' || text === 'log' || text === 'integer' ? text : null
}

function numberFrom(text: string | undefined): number {
  return text === undefined || text === '' ? NaN : Number(text.replaceAll('−', '-'))
}

function refused(problem: string): ParsedValues {
  return { values: null, problem }
}

import { operandText } from './condition'
import type { Field } from './fields'
import { expectedAfter } from './parse'
import { operandOf } from './resolve'
import { quoteIfNeeded } from './tokens'
import type { OperandNode } from './tree'

export interface Candidate {
  /** What is put into the line. */
  readonly text: string
  /** What it is, in words. */
  readonly hint: string
}

/** What may stand where the caret is, and what it would replace. */
export interface Completion {
  readonly from: number
  readonly to: number
  readonly candidates: readonly Candidate[]
  /** The column whose values would fit too; they are only known to the project. */
  readonly valuesOf: string | null
}

const MOST = 40

/** What could be typed next: names that begin with the word at the caret, relations, values, and, or. */
export function completionAt(line: string, caret: number, fields: readonly Field[]): Completion {
  const before = line.slice(0, caret)
  const [typed = ''] = /[^\s()[\],"=<>!~:@≤≥≠]*$/u.exec(before) ?? []
  const from = caret - typed.length
  const expected = expectedAfter(line.slice(0, from))
  const field = expected.value && fieldOf(expected.value, fields)
  const candidates: readonly (Candidate & { readonly aliases?: readonly string[] })[] = [
    ...(expected.connective && from > 0 ? connectives : []),
    // A word that stands finished before the caret may be followed by a relation; one that is being typed not yet.
    ...(expected.relation && typed === '' ? relationsOf(fieldOf(expected.relation, fields)) : []),
    ...(expected.term ? [...keywords, ...fields.flatMap(namesOf)] : []),
    ...(field ? field.words.map((word) => ({ text: word, hint: field.label })) : []),
  ]
  const wanted = typed.toLowerCase()
  const fitting = candidates.filter(({ text, hint, aliases = [] }) =>
    [text, hint, ...aliases].some((word) => fits(word, wanted)),
  )
  const best = fitting
    .map(({ text, hint }) => ({ text, hint }))
    .toSorted((a, b) => Number(fits(b.text, wanted)) - Number(fits(a.text, wanted)))
  const isComplete = best.length === 1 && best[0]?.text === typed
  return {
    from,
    to: caret,
    candidates: isComplete ? [] : best.slice(0, MOST),
    valuesOf: expected.value && field?.words.length === 0 ? columnOf(expected.value, fields) : null,
  }
}

/** A value of the project as a candidate. */
export function valueCandidate(value: number | string, runs: number): Candidate {
  const text = typeof value === 'number' ? String(value) : quoteIfNeeded(value)
  return { text, hint: runs === 1 ? '1 run' : `${runs} runs` }
}

const keywords: readonly Candidate[] = [
  { text: 'star', hint: 'starred runs' },
  { text: 'not', hint: 'the opposite of what follows' },
]
const connectives: readonly Candidate[] = [
  { text: 'and', hint: 'both' },
  { text: 'or', hint: 'one of the two' },
]

function namesOf({
  kind,
  name,
  label,
  symbol,
  layers,
  aliases,
}: Field): (Candidate & { aliases?: readonly string[] })[] {
  const kinds = { run: '', param: 'parameter', metric: 'metric' } as const
  const hint = [label, symbol === label ? '' : symbol, kinds[kind]].filter(Boolean).join(' · ')
  if (kind !== 'metric') return [{ text: name, hint, aliases }]
  const named = layers.flatMap((layer) => (layer === null ? [] : [{ text: `${name}[${layer}]`, hint }]))
  return layers.includes(null) || named.length === 0 ? [{ text: name, hint }, ...named] : named
}

function relationsOf(field: Field | null): Candidate[] {
  if (!field) return []
  const isText = field.type === 'text'
  const texts = [
    { text: ':', hint: 'has' },
    { text: '!=', hint: 'is not' },
    { text: '~', hint: 'contains' },
  ]
  const numbers = [
    { text: '=', hint: 'equals, or lies in a range 1..2' },
    { text: '!=', hint: 'differs from' },
    { text: '<', hint: 'is below' },
    { text: '<=', hint: 'is at most' },
    { text: '>', hint: 'is above' },
    { text: '>=', hint: 'is at least' },
  ]
  return [...(isText ? texts : numbers), { text: 'in (', hint: 'is one of a list' }]
}

function fits(text: string, wanted: string): boolean {
  return text.toLowerCase().startsWith(wanted)
}

function columnOf(node: OperandNode, fields: readonly Field[]): string | null {
  try {
    const prefix = node.prefix === null ? '' : `${node.prefix}.`
    const layer = node.layer === null ? '' : `[${node.layer}]`
    return operandText(operandOf(`${prefix}${node.name}${layer}`, fields))
  } catch {
    return null // a name that nothing has, which the line's own error says
  }
}

function fieldOf(node: OperandNode, fields: readonly Field[]): Field | null {
  const called = fields.filter(({ name, aliases }) => name === node.name || aliases.includes(node.name))
  return called.find(({ kind }) => node.prefix === null || kind === node.prefix) ?? null
}

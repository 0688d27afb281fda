import { LabError } from '../errors'
import { runFieldNames, type Condition, type NumberTest, type Operand, type TextTest } from './condition'
import type { Field } from './fields'
import { nearest } from '../nearest'
import { parseFilter, parseOperand } from './parse'
import { filterError, type Span } from './tokens'
import type { FilterNode, OperandNode, Relation, ValueNode } from './tree'
import { intervalOf, type ValueType } from './values'

/**
 * The condition that a filter line states; null for an empty line, which keeps every run.
 *
 * A name that is a parameter and a metric (the loss) means the metric where it is compared with a number, the parameter
 * where it is compared with a word; `param.loss` and `metric.loss` say which.
 *
 * @throws LabError 'bad-input' with a sentence and the place in the line (`from`, `to`)
 */
export function conditionOf(text: string, fields: readonly Field[]): Condition | null {
  const tree = parseFilter(text)
  return tree && resolved(tree, fields)
}

/** What a column shows, by its name. @throws LabError 'bad-input' for a name that nothing has */
export function operandOf(text: string, fields: readonly Field[]): Operand {
  const node = parseOperand(text)
  return lookUp(node, fields, 'number').operand
}

function resolved(node: FilterNode, fields: readonly Field[]): Condition {
  switch (node.type) {
    case 'and':
    case 'or':
      return { type: node.type, parts: node.parts.map((part) => resolved(part, fields)) }
    case 'not':
      return { type: 'not', part: resolved(node.part, fields) }
    case 'star':
      return { type: 'star' }
    case 'word':
      return { type: 'word', text: node.text }
    case 'compare':
      return comparison(node, fields)
    default:
      return node satisfies never
  }
}

function comparison(node: FilterNode & { type: 'compare' }, fields: readonly Field[]): Condition {
  const looksNumeric = node.values.every((value) => !value.quoted && intervalOf(value, 'number') !== null)
  const { operand, field } = lookUp(node.operand, fields, looksNumeric ? 'number' : 'text')
  const relation = plainRelation(node.relation, field)
  if (field.type === 'text') return { type: 'compare', operand, test: textTest(node, relation, field) }
  if (field.kind === 'metric' && field.words.length > 0 && !looksNumeric) {
    return { type: 'compare', operand, test: codedTest(node, relation, field) }
  }
  return { type: 'compare', operand, test: numberTest(node, relation, field) }
}

/** ":" is "has": equal for most fields, contained in those that hold prose. */
function plainRelation(relation: Relation, { name, kind }: Field): Exclude<Relation, ':'> {
  if (relation !== ':') return relation
  return kind === 'run' && (name === 'name' || name === 'note') ? '~' : '='
}

function lookUp(
  node: OperandNode,
  fields: readonly Field[],
  comparedWith: 'number' | 'text',
): { operand: Operand; field: Field } {
  const onlyMetric = node.prefix === 'metric' || node.layer !== null || node.reading.of !== 'last'
  const found = fields.filter((field) => isCalled(field, node))
  const ofKind = (kind: Field['kind']) => found.filter((field) => field.kind === kind)
  const [run] = ofKind('run')
  if (run && !onlyMetric && node.prefix === null) return { operand: runOperand(run), field: run }
  const params = onlyMetric ? [] : ofKind('param')
  const [metric] = node.prefix === 'param' ? [] : ofKind('metric')
  const [param] = params
  if (param && (!metric || comparedWith === 'text')) {
    // A name that stands exactly so comes before a symbol that reads the same.
    const names = params.toSorted((a, b) => Number(b.name === node.name) - Number(a.name === node.name))
    return { operand: { kind: 'param', names: names.map((field) => field.name) }, field: names[0] ?? param }
  }
  if (!metric) throw unknownName(node, fields)
  return { operand: metricOperand(node, metric), field: metric }
}

function isCalled({ kind, name, aliases }: Field, node: OperandNode): boolean {
  if (node.prefix !== null) return kind === node.prefix && name === node.name
  if (kind !== 'run') return name === node.name || aliases.includes(node.name)
  const given = node.name.toLowerCase()
  return name === given || aliases.includes(given)
}

function runOperand({ name }: Field): Operand {
  const field = runFieldNames.find((known) => known === name)
  if (!field) throw new LabError('internal', `The runs have no field "${name}".`)
  return { kind: 'run', field }
}

function metricOperand(node: OperandNode, { name, layers }: Field): Operand {
  const known = layers.filter((layer) => layer !== null)
  if (node.layer === null && known.length > 0 && !layers.includes(null)) {
    throw filterError(node, `${name} is measured per layer. Say which: ${name}[${known[0]}].`)
  }
  return { kind: 'metric', quantity: name, layer: node.layer, reading: node.reading }
}

function textTest({ values, ...node }: FilterNode & { type: 'compare' }, relation: Relation, field: Field): TextTest {
  if (!isTextRelation(relation)) {
    throw filterError(node, `${field.label} is text: compare it by =, !=, ~ (contains) or in.`)
  }
  for (const value of values) {
    if (value.upTo !== null) throw filterError(value, `${field.label} is text and has no ranges. List the values.`)
    const isExact = !relation.endsWith('~')
    if (isExact && field.words.length > 0 && !field.words.includes(value.text.toLowerCase())) {
      throw filterError(value, `${field.label}: got "${value.text}", expected one of ${field.words.join(', ')}.`)
    }
  }
  return {
    of: 'text',
    how: relation === '~' || relation === '!~' ? 'contains' : 'equals',
    values: values.map((value) => value.text),
    outside: isNegative(relation),
  }
}

function isTextRelation(relation: Relation): boolean {
  return relation === '=' || relation === '!=' || relation === '~' || relation === '!~' || relation.endsWith('in')
}

function isNegative(relation: Relation): boolean {
  return relation === '!=' || relation === '!~' || relation === 'not in'
}

/** A quantity whose numbers stand for words: verdict = collapse. */
function codedTest(
  { values, ...node }: FilterNode & { type: 'compare' },
  relation: Relation,
  field: Field,
): NumberTest {
  if (!isTextRelation(relation) || relation.endsWith('~')) {
    throw filterError(node, `${field.label} is one of ${field.words.join(', ')}: compare it by =, != or in.`)
  }
  const intervals = values.map((value) => {
    const code = field.words.indexOf(value.text.toLowerCase())
    if (code >= 0) return { from: code, to: code, withoutFrom: false, withoutTo: false }
    throw filterError(value, `${field.label}: got "${value.text}", expected one of ${field.words.join(', ')}.`)
  })
  return { of: 'number', intervals, nan: false, outside: isNegative(relation) }
}

function numberTest(
  { values, ...node }: FilterNode & { type: 'compare' },
  relation: Relation,
  field: Field,
): NumberTest {
  if (relation === '~' || relation === '!~') {
    throw filterError(node, `${field.label} is a number: compare it by =, !=, <, <=, >, >= or in.`)
  }
  const type = field.type === 'text' ? 'number' : field.type
  const given = values.map((value) => ({ value, interval: intervalOf(value, type) ?? refuse(value, field, type) }))
  const nan = given.some(({ interval }) => Number.isNaN(interval.from) || Number.isNaN(interval.to))
  if (relation !== '<' && relation !== '<=' && relation !== '>' && relation !== '>=') {
    const intervals = given.map(({ interval }) => interval).filter(({ from }) => !Number.isNaN(from))
    return { of: 'number', intervals, nan, outside: isNegative(relation) }
  }
  const [first] = given
  if (!first || given.length > 1 || first.value.upTo !== null || nan) {
    throw filterError(node, `After "${relation}" put one number.`)
  }
  const { from, to } = first.interval
  const below = { from: -Infinity, withoutFrom: false }
  const above = { to: Infinity, withoutTo: false }
  // A day is a range: before it, up to its end, from its beginning, after it.
  const interval = {
    '<': { ...below, to: from, withoutTo: true },
    '<=': { ...below, to, withoutTo: first.interval.withoutTo },
    '>': { ...above, from: to, withoutFrom: !first.interval.withoutTo },
    '>=': { ...above, from, withoutFrom: false },
  }[relation]
  return { of: 'number', intervals: [interval], nan: false, outside: false }
}

function refuse(value: ValueNode, field: Field, type: ValueType): never {
  const expected = {
    number: 'a number or a range such as 1e-4..1e-2',
    time: 'a date such as 2026-11-22',
    span: 'a length of time such as 30min, 2h or 7d',
  }[type]
  const given = value.upTo === null ? value.text : `${value.text}..${value.upTo}`
  throw filterError(value, `${field.label}: got "${given}", expected ${expected}.`)
}

function unknownName(node: OperandNode & Span, fields: readonly Field[]): LabError {
  const known = fields.filter(({ kind }) => node.prefix === null || kind === node.prefix)
  const similar = nearest(
    node.name,
    known.flatMap(({ name, aliases }) => [name, ...aliases]),
  )
  const advice = similar === null ? ' Put a word to look for in quotes.' : ` Did you mean ${similar}?`
  return filterError(node, `No run has anything called "${node.name}".${advice}`)
}

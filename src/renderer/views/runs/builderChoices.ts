import { runFieldNames } from '#shared/filter/condition'
import type { Field } from '#shared/filter/fields'
import { words } from './words'

export interface FieldChoice {
  /** What stands in the filter line. */
  readonly value: string
  readonly label: string
  readonly group: string
  readonly field: Field
}

/** Everything that can be compared, in words, grouped by kind. */
export function fieldChoices(fields: readonly Field[]): FieldChoice[] {
  return fields.map((field) => {
    const { kind, name, label, symbol } = field
    // A prefix only where a bare name would mean something else.
    const isShared = fields.some((other) => other !== field && other.name === name) || isRunField(name)
    const value = kind === 'run' || !isShared ? name : `${kind}.${name}`
    return {
      value,
      label: symbol && symbol !== label ? `${label} (${symbol})` : label,
      group: words.fields.groups[kind],
      field,
    }
  })
}

function isRunField(name: string): boolean {
  return runFieldNames.some((known) => known === name)
}

export interface RelationChoice {
  readonly value: string
  readonly label: string
}

/** What a field can be asked, in words. */
export function relationChoices(field: Field | null): readonly RelationChoice[] {
  const isText = field?.type === 'text'
  const isFree = isText && field.words.length === 0
  return [
    ...(isFree ? [{ value: '~', label: words.fields.contains }] : []),
    { value: '=', label: words.fields.is },
    { value: '!=', label: words.fields.isNot },
    ...(isText ? [] : numeric),
    { value: 'in', label: words.fields.oneOf },
  ]
}

const numeric: readonly RelationChoice[] = [
  { value: '<', label: words.fields.below },
  { value: '<=', label: words.fields.atMost },
  { value: '>', label: words.fields.above },
  { value: '>=', label: words.fields.atLeast },
]

import type { Reading } from './tree'

/** What every run has without being measured or chosen. */
export const runFieldNames = [
  'id',
  'name',
  'system',
  'status',
  'seed',
  'step',
  'steps',
  'progress',
  'created',
  'started',
  'ended',
  'duration',
  'age',
  'dtype',
  'blas',
  'star',
  'tag',
  'color',
  'note',
  'claims',
  'held',
  'checked',
  'holds',
  'fails',
] as const
export type RunFieldName = (typeof runFieldNames)[number]

/** One value of a run: what a filter compares and a column shows. */
export type Operand =
  | { readonly kind: 'run'; readonly field: RunFieldName }
  /** The first of these parameters that the run has: one symbol may have other names in other systems. */
  | { readonly kind: 'param'; readonly names: readonly string[] }
  | { readonly kind: 'metric'; readonly quantity: string; readonly layer: number | null; readonly reading: Reading }

export interface Interval {
  readonly from: number
  readonly to: number
  readonly withoutFrom: boolean
  readonly withoutTo: boolean
}

/** Holds for numbers inside one of the intervals (`nan`: for NaN); `outside` turns it around for runs that have one. */
export interface NumberTest {
  readonly of: 'number'
  readonly intervals: readonly Interval[]
  readonly nan: boolean
  readonly outside: boolean
}

/** Holds for texts that equal or contain one of the values, ignoring ASCII case. */
export interface TextTest {
  readonly of: 'text'
  readonly how: 'equals' | 'contains'
  readonly values: readonly string[]
  readonly outside: boolean
}

/**
 * A filter whose names are looked up: what is compiled to SQL. Every condition is true or false: a run that lacks the
 * value fulfils no comparison with it, and `not` of the comparison instead.
 */
export type Condition =
  | { readonly type: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly type: 'not'; readonly part: Condition }
  | { readonly type: 'compare'; readonly operand: Operand; readonly test: NumberTest | TextTest }
  | { readonly type: 'star' }
  /** In name, id, system, tags or note. */
  | { readonly type: 'word'; readonly text: string }

/** The operand as the filter line writes it: the name of a column. */
export function operandText(operand: Operand): string {
  switch (operand.kind) {
    case 'run':
      return operand.field
    case 'param':
      return `param.${operand.names[0]}`
    case 'metric': {
      const { quantity, layer, reading } = operand
      const name = layer === null ? quantity : `${quantity}[${layer}]`
      if (reading.of === 'last') return name
      return reading.of === 'step' ? `${name}@${reading.step}` : `${reading.of}(${name})`
    }
    default:
      return operand satisfies never
  }
}

import type { Span } from './tokens'

export const relations = ['=', '!=', '<', '<=', '>', '>=', '~', '!~', ':', 'in', 'not in'] as const
export type Relation = (typeof relations)[number]

/** Which value of a series is meant. */
export type Reading = { readonly of: 'last' | 'min' | 'max' } | { readonly of: 'step'; readonly step: number }

/** The left side of a comparison as it was written: `min(nc1[2])`, `loss@1000`, `param.loss`. */
export interface OperandNode extends Span {
  readonly name: string
  /** Says which is meant where a parameter and a metric share a name. */
  readonly prefix: 'param' | 'metric' | null
  readonly layer: number | null
  readonly reading: Reading
}

/** A value or a closed range, as written. */
export interface ValueNode extends Span {
  readonly text: string
  /** The other end of a range. */
  readonly upTo: string | null
  readonly quoted: boolean
}

/** A filter line as written; names are not looked up yet. */
export type FilterNode = Span &
  (
    | { readonly type: 'and' | 'or'; readonly parts: readonly FilterNode[] }
    | { readonly type: 'not'; readonly part: FilterNode }
    | {
        readonly type: 'compare'
        readonly operand: OperandNode
        readonly relation: Relation
        readonly values: readonly ValueNode[]
      }
    | { readonly type: 'star' }
    | { readonly type: 'word'; readonly text: string }
  )

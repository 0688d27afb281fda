import type { ClaimCheck } from '#shared/records'
import type { Evidence } from '#main/core/system'

/** |measured − predicted| ≤ allowance. */
export function within(label: string, measured: number, predicted: number, allowance: number): ClaimCheck {
  const holds = Math.abs(measured - predicted) <= allowance
  return { label, measured, predicted, relation: 'within', allowance, holds }
}

/** measured ≤ bound. */
export function atMost(label: string, measured: number, bound: number): ClaimCheck {
  return { label, measured, predicted: null, relation: 'atMost', allowance: bound, holds: measured <= bound }
}

/** measured ≥ bound. */
export function atLeast(label: string, measured: number, bound: number): ClaimCheck {
  return { label, measured, predicted: null, relation: 'atLeast', allowance: bound, holds: measured >= bound }
}

/** What a run claim looks at: a quantity, the layer (null: none) and the step. */
export interface Need {
  readonly quantity: string
  readonly layer: number | null
  readonly step: number | 'last'
}

/** Checks on one measured array; a check that does not hold where the run did not measure it. */
export function onMeasured(
  evidence: Evidence,
  { quantity, layer, step }: Need,
  checks: (data: Float64Array) => readonly ClaimCheck[],
): readonly ClaimCheck[] {
  const record = evidence.at(quantity, layer, step)
  if (record) return checks(record.data)
  const place = layer === null ? '' : ` of layer ${layer}`
  return [atMost(`${quantity}${place} at step ${step} was not measured`, NaN, NaN)]
}

/** max_i |a_i − b_i|; ∞ for different lengths, NaN as soon as one entry is NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!))
  return largest
}

/** max_i |a_i| */
export function largestMagnitude(a: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]!))
  return largest
}

/** max |a_i − b_i| / max |b_i|: a list in units of its largest entry, whose rounding the small ones carry; 0 for equal lists. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const difference = largestDifference(a, b)
  return difference === 0 ? 0 : difference / largestMagnitude(b)
}

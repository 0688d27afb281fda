export interface DegenerateGroup {
  /** Mean of the group. */
  readonly value: number
  readonly copies: number
}

/**
 * Collects equal eigenvalues: a group is at most rtol · max |value| wide.
 *
 * The width is relative to the largest value and not to each: rounding of an eigenvalue is eps · ‖H‖, so that zeros
 * scatter by that much. It is counted from the group's first value, so that a dense bulk is not chained into one.
 *
 * @param values in any order
 * @returns descending
 */
export function groupDegenerate(values: ArrayLike<number>, rtol: number): DegenerateGroup[] {
  const sorted = Float64Array.from(values).sort().reverse()
  const width = rtol * Math.max(0, Math.abs(sorted[0] ?? 0), Math.abs(sorted.at(-1) ?? 0))
  const groups: DegenerateGroup[] = []
  for (let from = 0; from < sorted.length;) {
    let to = from
    let total = 0
    while (to < sorted.length && sorted[from]! - sorted[to]! <= width) total += sorted[to++]!
    groups.push({ value: total / (to - from), copies: to - from })
    from = to
  }
  return groups
}

/** An eigenvalue with its multiplicity. */
export interface CountedValue {
  readonly value: number
  readonly copies: number
}

/**
 * Levels of (nearly) one value as one with all their copies, from the largest: formulas list them by what they belong to.
 *
 * @param width how far below the first of its group a level may be, in the units of the values
 */
export function joinLevels(levels: readonly CountedValue[], width: number): CountedValue[] {
  const sorted = levels.filter(({ copies }) => copies > 0).sort((a, b) => b.value - a.value)
  return sorted.reduce<CountedValue[]>((merged, { value, copies }) => {
    const last = merged.at(-1)
    if (!last || last.value - value > width) return [...merged, { value, copies }]
    return [...merged.slice(0, -1), { value: last.value, copies: last.copies + copies }]
  }, [])
}

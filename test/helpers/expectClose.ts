export interface Tolerance {
  /** Relative to the expected value. */
  readonly rtol?: number
  readonly atol?: number
}

/**
 * Passes if |actual − expected| ≤ atol + rtol · |expected|, entry by entry for arrays of the same length.
 *
 * Both default to 0: a test has to say what it allows, and why. Equal infinities pass, NaN passes only against NaN.
 *
 * @param label names the quantity in the message
 * @throws Error with value, expected value, gap and allowance of the worst entry
 */
export function expectClose(
  actual: number | ArrayLike<number>,
  expected: number | ArrayLike<number>,
  { rtol = 0, atol = 0 }: Tolerance = {},
  label = 'value',
): void {
  const [a, e] = [toArray(actual), toArray(expected)]
  if (a.length !== e.length) throw new Error(`${label}: ${a.length} numbers, expected ${e.length}.`)
  let worst = { excess: 0, index: -1, gap: 0, allowed: 0 }
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], e[i]) || a[i] === e[i]) continue
    const gap = Math.abs(a[i]! - e[i]!)
    const allowed = atol + rtol * Math.abs(e[i]!)
    // Written so that a NaN fails; the first entry that is beyond comparison is the worst.
    const excess = gap <= allowed ? 0 : Number.isFinite(gap) ? gap / allowed : Infinity
    if (excess > worst.excess) worst = { excess, index: i, gap, allowed }
  }
  if (worst.index < 0) return
  const place = typeof actual === 'number' ? label : `${label}[${worst.index}]`
  throw new Error(
    `${place} is ${a[worst.index]}, expected ${e[worst.index]}: gap ${worst.gap.toExponential(2)}, ` +
      `allowed ${worst.allowed.toExponential(2)}.`,
  )
}

function toArray(value: number | ArrayLike<number>): ArrayLike<number> {
  return typeof value === 'number' ? [value] : value
}

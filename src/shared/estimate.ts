/** An estimate from random probes: NaN where there are too few of them to tell. */
export interface Estimate {
  readonly value: number
  /** Standard deviation of `value` over draws of the probes, from their scatter; NaN for a single probe. */
  readonly standardError: number
}

/** Mean and standard error of independent draws. */
export function meanOf(draws: readonly number[]): Estimate {
  const R = draws.length
  const value = draws.reduce((sum, x) => sum + x, 0) / R
  const variance = draws.reduce((sum, x) => sum + (x - value) ** 2, 0) / (R - 1)
  return { value, standardError: Math.sqrt(variance / R) }
}

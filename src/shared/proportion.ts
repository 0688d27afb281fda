/** So many of so many runs. */
export interface Count {
  readonly count: number
  readonly runs: number
}

/**
 * Wilson's interval for a probability from `count` of `runs`, at z standard deviations (1.96: 95 %).
 *
 * (p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²))/(1 + z²/n); Wilson 1927, J. Am. Stat. Assoc. 22, 209.
 */
export function wilsonInterval({ count, runs }: Count, z = 1.96): { low: number; high: number } {
  const p = count / runs
  const centre = p + z ** 2 / (2 * runs)
  const half = z * Math.sqrt((p * (1 - p)) / runs + z ** 2 / (4 * runs ** 2))
  const scale = 1 + z ** 2 / runs
  return { low: Math.max(0, (centre - half) / scale), high: Math.min(1, (centre + half) / scale) }
}

import type { ClaimCheck } from '#shared/records'
import { within } from '../../claimChecks'

/** So many of so many runs. */
export interface Count {
  readonly count: number
  readonly runs: number
}

/** Two counts of one probability differ by more than this many standard deviations in 3 of 1000 cases. */
const DEVIATIONS = 3

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

/**
 * Whether two counts agree with one probability: |p̂_1 − p̂_2| ≤ 3 √(p(1−p)(1/n_1 + 1/n_2)), p the pooled fraction with two
 * successes and failures added, so that 0 and 1 have an error too (Agresti & Caffo 2000, Am. Stat. 54, 280).
 */
export function sameProportion(label: string, measured: Count, reference: Count): ClaimCheck {
  const p = (measured.count + reference.count + 2) / (measured.runs + reference.runs + 4)
  const deviation = Math.sqrt(p * (1 - p) * (1 / measured.runs + 1 / reference.runs))
  return within(
    `${label}, fraction of ${measured.runs} runs`,
    measured.count / measured.runs,
    reference.count / reference.runs,
    DEVIATIONS * deviation,
  )
}

import type { Count } from '#shared/proportion'
import type { ClaimCheck } from '#shared/records'
import { within } from '../../claimChecks'

/** Two counts of one probability differ by more than this many standard deviations in 3 of 1000 cases. */
const DEVIATIONS = 3

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

import {
  largestCount,
  largestGap,
  logRatio,
  median,
  medianAbsoluteDeviation,
  robustThreshold,
} from '#main/spectra/outlierRules'
import { expectClose } from '../../helpers/expectClose'
import { fieldsOf } from './fields'

/** Golden kind `outlier_rules`: counts by every rule on a given spectrum. */
export function check(given: unknown): void {
  const c = fieldsOf(given)
  const spectrum = { values: c.numbers('eigs_desc') }
  // A handful of additions each: rounding of 1e-15 relative to the largest eigenvalue, with margin.
  const rounding = { rtol: 1e-12, atol: 1e-13 * Math.abs(spectrum.values[0] ?? 0) }
  expectClose(median(spectrum.values), c.number('median'), rounding, 'median')
  expectClose(medianAbsoluteDeviation(spectrum.values), c.number('mad'), rounding, 'mad')
  expectClose(largestCount(spectrum), c.number('k_max'), {}, 'k_max')
  const [gap, ratio, robust] = [largestGap(spectrum), logRatio(spectrum), robustThreshold(spectrum)]
  expectClose(gap.count, c.number('largest_gap_k'), {}, 'largest_gap_k')
  expectClose(gap.statistic, c.number('largest_gap'), rounding, 'largest_gap')
  expectClose(ratio.count, c.number('log_ratio_k'), {}, 'log_ratio_k')
  // A numerator or denominator at the floor of 1e-8 · max |e| magnifies rounding of the median by up to 1e8.
  expectClose(ratio.statistic, c.number('log_ratio'), { rtol: 1e-7, atol: 1e-8 }, 'log_ratio')
  expectClose(robust.count, c.number('mad_rule_k'), {}, 'mad_rule_k')
}

import { metricKey, type Summary } from './comparison'
import { mean, standardDeviation } from './comparisonSpread'
import type { Series } from './contract/index'

/** The number that a summary reads off a curve; NaN where nothing was measured, or nothing finite for min and max. */
export function summarise({ values }: Series, at: Summary['at']): number {
  if (at === 'last') return values.at(-1) ?? NaN
  const finite = values.filter((value) => Number.isFinite(value))
  if (finite.length === 0) return NaN
  return finite.reduce((best, value) => (at === 'min' ? Math.min(best, value) : Math.max(best, value)))
}

export function summaryKey(summary: Summary): string {
  return `${summary.at} ${metricKey(summary)}`
}

/** Mean and standard error of the mean over the runs of a group that have a finite value. */
export interface GroupSummary {
  readonly mean: number
  /** NaN for fewer than two runs. */
  readonly sem: number
  /** Runs with a finite value. */
  readonly n: number
  /** Runs of the group. */
  readonly of: number
}

export function summariseGroup(values: readonly number[]): GroupSummary {
  const finite = Float64Array.from(values.filter((value) => Number.isFinite(value)))
  const of = values.length
  if (finite.length === 0) return { mean: NaN, sem: NaN, n: 0, of }
  return { mean: mean(finite), sem: standardDeviation(finite) / Math.sqrt(finite.length), n: finite.length, of }
}

/**
 * What a group has beyond the baseline: the difference of the means, its standard error √(sem² + sem₀²) for independent
 * groups, and the difference relative to |baseline| (NaN where that is 0).
 */
export function deltaTo(baseline: GroupSummary, group: GroupSummary) {
  const difference = group.mean - baseline.mean
  return {
    difference,
    standardError: Math.hypot(group.sem, baseline.sem),
    relative: baseline.mean === 0 ? NaN : difference / Math.abs(baseline.mean),
  }
}

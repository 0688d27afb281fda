import { mean } from './comparisonSpread'

/** How much one setting has to do with a metric, looked at alone. */
export interface Importance {
  readonly setting: string
  /** Spearman's ρ; NaN for settings that are no numbers, or where either side is constant. */
  readonly rankCorrelation: number
  /**
   * ε² = (SS_between − (k − 1) MS_within)/SS_total over the k values of the setting: the part of the metric's variance
   * that knowing the setting removes, freed of what k groups remove by chance (Kelley 1935, doi:10.1073/pnas.21.9.554).
   * Below 0 means less than chance. NaN where no value of the setting has two runs.
   */
  readonly varianceExplained: number
  /** Distinct values of the setting. */
  readonly levels: number
  readonly runs: number
}

/** One setting of each run; undefined where a run does not have it. */
export interface SettingColumn {
  readonly setting: string
  readonly values: readonly (number | string | undefined)[]
}

/**
 * Settings by how much of the metric's variance each explains alone, largest first; those without a number stand last.
 * Runs without a finite metric are left out.
 *
 * The caveat: each setting is looked at alone. A setting that matters only together with another one shows little,
 * settings that were varied together share the same variance, and in a few runs ρ and ε² are themselves noisy.
 */
export function importances(columns: readonly SettingColumn[], metric: readonly number[]): Importance[] {
  return columns
    .map(({ setting, values }) => {
      const known = [...metric.keys()].filter((i) => Number.isFinite(metric[i]) && values[i] !== undefined)
      const y = Float64Array.from(known, (i) => metric[i]!)
      const x = known.flatMap((i) => values[i] ?? [])
      const numbers = x.filter((value) => typeof value === 'number')
      return {
        setting,
        rankCorrelation: numbers.length === x.length ? spearman(Float64Array.from(numbers), y) : NaN,
        varianceExplained: epsilonSquared(x, y),
        levels: new Set(x).size,
        runs: y.length,
      }
    })
    .toSorted((a, b) => orderOf(b) - orderOf(a))
}

function orderOf({ varianceExplained, rankCorrelation }: Importance): number {
  if (!Number.isNaN(varianceExplained)) return varianceExplained
  return Number.isNaN(rankCorrelation) ? -Infinity : rankCorrelation ** 2 - 2
}

/** Correlation of the ranks, ties at their mean rank: 1 for any increasing relation. NaN where either side is constant. */
export function spearman(x: Float64Array, y: Float64Array): number {
  const [a, b] = [centred(ranks(x)), centred(ranks(y))]
  const product = (p: Float64Array, q: Float64Array) => p.reduce((sum, value, i) => sum + value * q[i]!, 0)
  const norm = Math.sqrt(product(a, a) * product(b, b))
  return norm === 0 ? NaN : Math.min(1, Math.max(-1, product(a, b) / norm))
}

function ranks(values: Float64Array): Float64Array {
  const order = [...values.keys()].sort((i, j) => values[i]! - values[j]!)
  const result = new Float64Array(values.length)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let k = start; k < end; k++) result[order[k]!] = (start + end - 1) / 2
    start = end
  }
  return result
}

function centred(values: Float64Array): Float64Array {
  const centre = values.length === 0 ? 0 : mean(values)
  return values.map((value) => value - centre)
}

function epsilonSquared(x: readonly (number | string)[], y: Float64Array): number {
  const groups = [...Map.groupBy(y.keys(), (i) => x[i]!).values()].map((indices) =>
    Float64Array.from(indices, (i) => y[i]!),
  )
  const [N, k] = [y.length, groups.length]
  if (N === k || k < 2) return NaN
  const squares = (values: Float64Array) => centred(values).reduce((sum, value) => sum + value * value, 0)
  const total = squares(y)
  const within = groups.reduce((sum, group) => sum + squares(group), 0)
  return total === 0 ? NaN : (total - within - ((k - 1) * within) / (N - k)) / total
}

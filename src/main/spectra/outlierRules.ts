import { LabError } from '#shared/errors'

export type OutlierRule = 'theory' | 'largestGap' | 'logRatio' | 'robustThreshold' | 'marchenkoPastur' | 'threshold'

/** A count of outliers, with what it rests on. Theory note 01, section 7: report every count with its rule. */
export interface OutlierCount {
  readonly rule: OutlierRule
  /** k: e_1 … e_k are outliers. */
  readonly count: number
  /** Eigenvalues above this are outliers, in the units of the spectrum; see each rule. */
  readonly threshold: number
  /** What the rule compared: the gap, the logarithm of the ratio, the distance from the median; see each rule. */
  readonly statistic: number
}

/** A spectrum of which all, or only the largest, eigenvalues are known. */
export interface KnownSpectrum {
  /** e_1 ≥ e_2 ≥ … */
  readonly values: Float64Array
  /** P, the number of eigenvalues that exist. Default: all are given. */
  readonly dimension?: number
}

/** Median: for an even number of values the mean of the two middle ones. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  if (sorted.length === 0) throw new LabError('degenerate', 'median: there are no values.')
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Median absolute deviation, median |e − med|, without the factor 1.4826. */
export function medianAbsoluteDeviation(values: ArrayLike<number>): number {
  const med = median(values)
  return median(Float64Array.from(values, (e) => Math.abs(e - med)))
}

/** Largest count a rule considers: ⌊P/2⌋, and with only the top known at most one less than the list is long. */
export function largestCount({ values, dimension = values.length }: KnownSpectrum): number {
  return Math.max(0, Math.min(dimension >> 1, values.length - 1))
}

/**
 * (a) The count that theory predicts, passed through. Threshold: midway between e_k and e_{k+1}; statistic: their gap.
 * Both are NaN where e_{k+1} is not known.
 */
export function theoryCount(spectrum: KnownSpectrum, count: number): OutlierCount {
  const e = check('theoryCount', spectrum)
  if (!Number.isInteger(count) || count < 0) {
    throw new LabError('bad-input', `theoryCount: ${count} is not a count.`, { count })
  }
  const above = count === 0 ? e[0]! : e[count - 1]
  const below = e[count]
  if (above === undefined || below === undefined) {
    return { rule: 'theory', count, threshold: Number.NaN, statistic: Number.NaN }
  }
  return { rule: 'theory', count, threshold: (above + below) / 2, statistic: above - below }
}

/**
 * (b) Largest gap, arg max_{k ≤ k_max} e_k − e_{k+1}, ties to the smallest k. Fails when outliers are unequal.
 * Threshold: midway of the gap; statistic: the gap. Works within the computed list when only the top is known.
 */
export function largestGap(spectrum: KnownSpectrum): OutlierCount {
  const e = check('largestGap', spectrum)
  const best = argMax(largestCount(spectrum), (k) => e[k - 1]! - e[k]!)
  return cut('largestGap', e, best)
}

/**
 * (c) Log ratio, arg max_k of max(e_k − med, f) / max(e_{k+1} − med, f) with f = max(3 · 1.4826 mad, 1e-8 max |e|).
 * Threshold: midway between e_k and e_{k+1}; statistic: the natural logarithm of the ratio.
 *
 * @throws LabError 'bad-input' if not all eigenvalues are known: the median would be that of the top
 */
export function logRatio(spectrum: KnownSpectrum): OutlierCount {
  const e = checkAllKnown('logRatio', spectrum)
  const { med, mad, largest } = scales(e)
  const f = Math.max(3 * 1.4826 * mad, 1e-8 * largest)
  // f = 0 only for the zero spectrum, where every ratio is 0/0; `cut` answers for it.
  const ratio = (k: number) => Math.max(e[k - 1]! - med, f) / Math.max(e[k]! - med, f)
  const { k, score } = argMax(largestCount(spectrum), ratio)
  return cut('logRatio', e, { k, score: Math.log(score) })
}

/**
 * (d) Robust threshold, #{e_i > med + max(6 · 1.4826 mad, 1e-8 max |e|)}. Statistic: the threshold minus the median.
 *
 * @throws LabError 'bad-input' if not all eigenvalues are known
 */
export function robustThreshold(spectrum: KnownSpectrum): OutlierCount {
  const e = checkAllKnown('robustThreshold', spectrum)
  const { med, mad, largest } = scales(e)
  const statistic = Math.max(6 * 1.4826 * mad, 1e-8 * largest)
  const threshold = med + statistic
  return { rule: 'robustThreshold', count: e.filter((x) => x > threshold).length, threshold, statistic }
}

/** A threshold set by hand, on stored eigenvalues. Statistic: the distance of the last outlier from it, NaN without one. */
export function countAboveThreshold(spectrum: KnownSpectrum, threshold: number): OutlierCount {
  const e = check('countAboveThreshold', spectrum)
  if (!Number.isFinite(threshold)) {
    throw new LabError('bad-input', `countAboveThreshold: the threshold is ${threshold}; give a finite number.`)
  }
  const count = e.filter((x) => x > threshold).length
  return { rule: 'threshold', count, threshold, statistic: count === 0 ? Number.NaN : e[count - 1]! - threshold }
}

/** Every rule that the known part of a spectrum allows, (a) first and only if theory has a count. */
export function outlierCounts(spectrum: KnownSpectrum, predicted?: number): OutlierCount[] {
  const all = (spectrum.dimension ?? spectrum.values.length) === spectrum.values.length
  return [
    ...(predicted === undefined ? [] : [theoryCount(spectrum, predicted)]),
    largestGap(spectrum),
    ...(all ? [logRatio(spectrum), robustThreshold(spectrum)] : []),
  ]
}

/** The smallest k in 1 … last with the largest score; k = 0 if there is none. */
function argMax(last: number, score: (k: number) => number): { k: number; score: number } {
  let best = { k: 0, score: -Infinity }
  for (let k = 1; k <= last; k++) if (score(k) > best.score) best = { k, score: score(k) }
  return best
}

function cut(rule: OutlierRule, e: Float64Array, { k, score }: { k: number; score: number }): OutlierCount {
  // Equal eigenvalues have no outliers: the formula's arg max over nothing but ties would say one.
  if (k === 0 || e[0] === e.at(-1)) return { rule, count: 0, threshold: e[0]!, statistic: 0 }
  return { rule, count: k, threshold: (e[k - 1]! + e[k]!) / 2, statistic: score }
}

function scales(e: Float64Array): { med: number; mad: number; largest: number } {
  return { med: median(e), mad: medianAbsoluteDeviation(e), largest: Math.max(Math.abs(e[0]!), Math.abs(e.at(-1)!)) }
}

function check(rule: string, { values, dimension = values.length }: KnownSpectrum): Float64Array {
  if (values.length === 0) throw new LabError('degenerate', `${rule}: there are no eigenvalues.`)
  if (dimension < values.length) {
    throw new LabError('bad-input', `${rule}: ${values.length} eigenvalues of a ${dimension}-dimensional operator.`, {
      dimension,
    })
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]) || (i > 0 && values[i]! > values[i - 1]!)) {
      throw new LabError('bad-input', `${rule}: eigenvalue ${i + 1} is ${values[i]}; give finite values, descending.`, {
        index: i,
      })
    }
  }
  return values
}

function checkAllKnown(rule: string, spectrum: KnownSpectrum): Float64Array {
  const e = check(rule, spectrum)
  const { dimension = e.length } = spectrum
  if (dimension !== e.length) {
    throw new LabError(
      'bad-input',
      `${rule}: only ${e.length} of ${dimension} eigenvalues are known, and the rule needs the median of all. ` +
        'Use largestGap or theoryCount.',
      { known: e.length, dimension },
    )
  }
  return e
}

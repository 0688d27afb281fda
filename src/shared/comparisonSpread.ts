import type { AlignedCurves } from './comparisonAlign'
import type { Spread } from './comparison'
import { philoxInPlace } from './philox'

/** The middle of several runs and what surrounds it, place by place. */
export interface Band {
  readonly x: Float64Array
  /** Runs that have a value there. */
  readonly n: Uint32Array
  /** Mean; median for quantiles. NaN where no run has a value. */
  readonly centre: Float64Array
  /** NaN where fewer than two runs have a value: one run says nothing about spread. */
  readonly low: Float64Array
  readonly high: Float64Array
}

/** Resamples of a bootstrap: the ends of a 95 % interval then rest on 25 of them each. */
const RESAMPLES = 1000

/**
 * Statistics over runs at every place of a common axis. With v_1 … v_n the values there:
 *
 * - std: mean ± s, s² = Σ (v_i − v̄)²/(n − 1)
 * - sem: mean ± s/√n
 * - minMax: the mean inside the smallest and the largest value
 * - quantile: the median inside the middle part `coverage` of the values, interpolated as in Hyndman & Fan 1996, type 7
 * - bootstrap: the mean inside the percentile interval of confidence `coverage` of resampled means (Efron 1979,
 *   doi:10.1214/aos/1176344552), drawn with Philox from a fixed key: the same runs give the same band
 *
 * With few runs std, sem and bootstrap say little: that is why every band carries n.
 */
export function bandOf({ x, values }: AlignedCurves, { kind, coverage }: Spread): Band {
  const band = {
    x,
    n: new Uint32Array(x.length),
    centre: new Float64Array(x.length).fill(NaN),
    low: new Float64Array(x.length).fill(NaN),
    high: new Float64Array(x.length).fill(NaN),
  }
  const resampling = kind === 'bootstrap' ? new Resampling() : null
  const column = new Float64Array(values.length)
  for (let i = 0; i < x.length; i++) {
    let n = 0
    for (const curve of values) if (!Number.isNaN(curve[i]!)) column[n++] = curve[i]!
    band.n[i] = n
    if (n === 1) band.centre[i] = column[0]!
    if (n < 2) continue
    const present = column.subarray(0, n)
    const centre = kind === 'quantile' ? quantile(present.toSorted(), 0.5) : mean(present)
    band.centre[i] = centre
    const [low, high] = edges(present, centre, kind, coverage, resampling)
    band.low[i] = low
    band.high[i] = high
  }
  return band
}

function edges(
  present: Float64Array,
  centre: number,
  kind: Spread['kind'],
  coverage: number,
  resampling: Resampling | null,
): readonly [low: number, high: number] {
  const tail = (1 - coverage) / 2
  switch (kind) {
    case 'none':
      return [NaN, NaN]
    case 'std':
      return around(centre, standardDeviation(present))
    case 'sem':
      return around(centre, standardDeviation(present) / Math.sqrt(present.length))
    case 'minMax': {
      const sorted = present.toSorted()
      return [sorted[0]!, sorted.at(-1)!]
    }
    case 'quantile':
    case 'bootstrap': {
      const sorted = kind === 'quantile' ? present.toSorted() : (resampling ?? new Resampling()).means(present)
      return [quantile(sorted, tail), quantile(sorted, 1 - tail)]
    }
  }
}

function around(centre: number, radius: number): readonly [number, number] {
  return [centre - radius, centre + radius]
}

/** The mean, always between the smallest and the largest value. */
export function mean(values: Float64Array): number {
  const n = values.length
  // Divided first: the sum of large values may overflow where their mean does not.
  const sum = values.reduce((total, value) => total + value / n, 0)
  const [least, most] = [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ]
  return Math.min(Math.max(sum, least), most)
}

/** s with s² = Σ (v_i − v̄)²/(n − 1); NaN for fewer than two values, infinite where it exceeds every double. */
export function standardDeviation(values: Float64Array): number {
  const centre = mean(values)
  // In units of the largest deviation, so that its square cannot overflow or vanish.
  const unit = values.reduce((largest, value) => Math.max(largest, Math.abs(value - centre)), 0)
  if (unit === 0) return values.length < 2 ? NaN : 0
  if (unit === Infinity) return Infinity
  const squares = values.reduce((total, value) => total + ((value - centre) / unit) ** 2, 0)
  return unit * Math.sqrt(squares / (values.length - 1))
}

/** Hyndman & Fan 1996, type 7 (NumPy's default). @param sorted ascending, at least one value */
export function quantile(sorted: Float64Array, p: number): number {
  const position = (sorted.length - 1) * p
  const i = Math.min(Math.floor(position), sorted.length - 1)
  const [below, above] = [sorted[i]!, sorted[Math.min(i + 1, sorted.length - 1)]!]
  const weight = position - i
  return below === above ? below : below * (1 - weight) + above * weight
}

/** Which runs each resample holds. One table for each n, so that a band moves smoothly along the axis. */
class Resampling {
  readonly #tables = new Map<number, Uint32Array>()

  /** The resampled means, ascending. */
  means(values: Float64Array): Float64Array {
    const n = values.length
    const table = this.#table(n)
    const means = new Float64Array(RESAMPLES)
    for (let r = 0; r < RESAMPLES; r++) {
      let sum = 0
      for (let j = 0; j < n; j++) sum += values[table[r * n + j]!]! / n
      means[r] = sum
    }
    return means.sort()
  }

  #table(n: number): Uint32Array {
    const known = this.#tables.get(n)
    if (known) return known
    const table = new Uint32Array(RESAMPLES * n)
    const block = new Uint32Array(4)
    for (let i = 0; i < table.length; i += 4) {
      block.set([i, n, 0, 0])
      philoxInPlace(block, BOOTSTRAP_KEY, 0)
      // n is below 2¹¹, so the unevenness of word · n/2³² is below 10⁻⁶ of each share.
      for (let j = 0; j < Math.min(4, table.length - i); j++) table[i + j] = Math.floor((block[j]! / 2 ** 32) * n)
    }
    this.#tables.set(n, table)
    return table
  }
}

/** 'boot': any fixed word would do. */
const BOOTSTRAP_KEY = 0x626f6f74

import type Database from 'better-sqlite3'
import { LabError } from '#shared/errors'
import { valueAtOrBefore } from './seriesValue'

/** What our queries need beyond SQLite's own functions. None of them is named in the schema: see `trusted_schema`. */
export function defineFunctions(database: Database.Database): void {
  database.aggregate('sample_std', {
    start: (): Moments => ({ count: 0, mean: 0, squares: 0 }),
    step: (moments: Moments, value: unknown) => (typeof value === 'number' ? withValue(moments, value) : moments),
    result: ({ count, squares }: Moments) => (count > 1 ? Math.sqrt(squares / (count - 1)) : null),
    deterministic: true,
  })
  database.function('series_value', { deterministic: true }, rememberedSeriesValue())
}

/** So many answers are kept: filters and tables ask for the same steps of the same runs again and again. */
const MOST_REMEMBERED = 50_000

/** series_value(data, digest, count, step). What is unpacked never changes: its digest says which numbers it holds. */
function rememberedSeriesValue() {
  const remembered = new Map<string, number | null>()
  return (data: unknown, digest: unknown, count: unknown, step: unknown): number | null => {
    const isChunk = data instanceof Uint8Array && digest instanceof Uint8Array
    if (!isChunk || typeof count !== 'number' || typeof step !== 'number') {
      throw new LabError('internal', 'series_value: expected the data, digest and count of a chunk, and a step.')
    }
    const key = `${step} ${Buffer.from(digest).toString('latin1')}`
    const known = remembered.get(key)
    if (known !== undefined) return known
    const value = valueAtOrBefore({ data, digest, count }, step)
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    remembered.set(key, value)
    return value
  }
}

interface Moments {
  readonly count: number
  readonly mean: number
  /** Σ (x − mean)². */
  readonly squares: number
}

/** Welford's update: Σx² − n·mean² would cancel for runs that agree to many digits, as seeds of one setting do. */
function withValue({ count, mean, squares }: Moments, value: number): Moments {
  const next = mean + (value - mean) / (count + 1)
  return { count: count + 1, mean: next, squares: squares + (value - mean) * (value - next) }
}

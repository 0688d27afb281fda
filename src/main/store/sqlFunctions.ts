import type Database from 'better-sqlite3'
import { z } from 'zod'
import { parseWith } from '#shared/spec'
import { valueAtOrBefore } from './seriesValue'

/** What our queries need beyond SQLite's own functions. None of them is named in the schema: see `trusted_schema`. */
export function defineFunctions(database: Database.Database): void {
  database.aggregate('sample_std', {
    start: (): Moments => ({ count: 0, mean: 0, squares: 0 }),
    step: (moments: Moments, value: unknown) => (typeof value === 'number' ? withValue(moments, value) : moments),
    result: ({ count, squares }: Moments) => (count > 1 ? Math.sqrt(squares / (count - 1)) : null),
    deterministic: true,
  })
  database.function('series_value', { deterministic: true }, (data: unknown, digest: unknown, count: unknown, step) => {
    const chunk = parseWith(chunkValue, { data, digest, count, step }, 'series_value')
    return valueAtOrBefore(chunk, chunk.step)
  })
}

const chunkValue = z.object({
  data: z.instanceof(Uint8Array),
  digest: z.instanceof(Uint8Array),
  count: z.int().min(0),
  step: z.number(),
})

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

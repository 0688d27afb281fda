import type Database from 'better-sqlite3'
import { LabError } from '#shared/errors'
import { RememberedChunks } from './rememberedChunks'

/** What our queries need beyond SQLite's own functions. None of them is named in the schema: see `trusted_schema`. */
export function defineFunctions(database: Database.Database): void {
  database.aggregate('sample_std', {
    start: (): Moments => ({ count: 0, mean: 0, squares: 0 }),
    step: (moments: Moments, value: unknown) => (typeof value === 'number' ? withValue(moments, value) : moments),
    result: ({ count, squares }: Moments) => (count > 1 ? Math.sqrt(squares / (count - 1)) : null),
    deterministic: true,
  })
  const { known, read } = rememberedSeriesValue()
  database.function('known_series_value', known)
  database.function('series_value', { deterministic: true }, read)
}

/**
 * series_value(data, digest, count, step), and known_series_value(digest, step): NULL where nobody asked before, so that
 * SQLite need not read the chunk where somebody did. The digest comes in hexadecimal, because a text costs a third of
 * what a blob does on its way here.
 */
function rememberedSeriesValue() {
  const remembered = new RememberedChunks()
  const known = (digest: unknown, step: unknown): number | null => {
    if (typeof digest !== 'string' || typeof step !== 'number') {
      throw new LabError('internal', 'known_series_value: expected the digest of a chunk, and a step.')
    }
    return remembered.known(digest, step)
  }
  const read = (data: unknown, digest: unknown, count: unknown, step: unknown): number | null => {
    const isChunk = data instanceof Uint8Array && typeof count === 'number'
    if (!isChunk || typeof digest !== 'string' || typeof step !== 'number') {
      throw new LabError('internal', 'series_value: expected the data, digest and count of a chunk, and a step.')
    }
    return remembered.read(digest, { data, digest: Buffer.from(digest, 'hex'), count }, step)
  }
  return { known, read }
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

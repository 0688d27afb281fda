import type { Series } from '#shared/contract/index'
import { unpackChunk, valueAtOrBefore, type SeriesChunk } from './seriesValue'

/** Chunks up to so many points are kept whole: another step of them then needs no unpacking. */
const SHORT = 256
/** Numbers kept of short chunks, 32 MiB. */
const MOST_NUMBERS = 4 * 2 ** 20
/** So many values of longer chunks are kept: filters and tables ask for the same steps of the same runs again and again. */
const MOST_VALUES = 50_000
/** Of so many steps. */
const MOST_STEPS = 4

/**
 * Values at steps that were asked for before. What is unpacked never changes: its digest says which numbers it holds.
 * Unpacking costs some 20 µs a chunk, which is most of what a filter over ten thousand runs takes.
 */
export class RememberedChunks {
  readonly #short = new Map<string, Series>()
  #numbers = 0
  readonly #values = new Map<number, Map<string, number | null>>()

  /** @returns null where nobody asked before */
  known(digest: string, step: number): number | null {
    const chunk = this.#short.get(digest)
    return chunk ? valueAtOrBefore(chunk, step) : (this.#values.get(step)?.get(digest) ?? null)
  }

  /** The value measured last at or before the step; null where the chunk begins after it. */
  read(digest: string, chunk: SeriesChunk, step: number): number | null {
    const series = unpackChunk(chunk)
    const value = valueAtOrBefore(series, step)
    if (chunk.count <= SHORT) this.#keepWhole(digest, series)
    else this.#keepValue(digest, step, value)
    return value
  }

  #keepWhole(digest: string, series: Series): void {
    if (this.#short.has(digest)) return
    const numbers = 2 * series.steps.length
    if (this.#numbers + numbers > MOST_NUMBERS) {
      this.#short.clear()
      this.#numbers = 0
    }
    this.#short.set(digest, series)
    this.#numbers += numbers
  }

  #keepValue(digest: string, step: number, value: number | null): void {
    const ofStep = this.#values.get(step) ?? new Map<string, number | null>()
    if (ofStep.size >= MOST_VALUES) ofStep.clear()
    ofStep.set(digest, value)
    this.#values.delete(step)
    this.#values.set(step, ofStep)
    const [oldest] = this.#values.keys()
    if (this.#values.size > MOST_STEPS && oldest !== undefined) this.#values.delete(oldest)
  }
}

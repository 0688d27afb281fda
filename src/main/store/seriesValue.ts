import type { Series } from '#shared/contract/index'
import { unpackFloats, type FloatBlob } from './floatBlob'

/** A chunk of a series: `count` steps, then as many values. */
export interface SeriesChunk extends FloatBlob {
  readonly count: number
}

export function unpackChunk(chunk: SeriesChunk): Series {
  const joined = unpackFloats(chunk, 2 * chunk.count)
  return { steps: joined.subarray(0, chunk.count), values: joined.subarray(chunk.count) }
}

/** The value measured last at or before the step; null where the series begins after it. */
export function valueAtOrBefore({ steps, values }: Series, step: number): number | null {
  // By halves, because steps ascend: filters ask this of ten thousand runs at once.
  let [known, beyond] = [0, steps.length]
  while (known < beyond) {
    const middle = (known + beyond) >> 1
    if (steps[middle]! <= step) known = middle + 1
    else beyond = middle
  }
  return known === 0 ? null : values[known - 1]!
}

/** Last, smallest and largest value of a part of a series; NaN counts only as the last. Null where there is none. */
export interface Extremes {
  readonly last: number | null
  readonly lowest: number | null
  readonly highest: number | null
}

export function extremesOf(values: Float64Array): Extremes {
  const numbers = values.filter((value) => !Number.isNaN(value))
  return {
    last: values.at(-1) ?? null,
    lowest: numbers.length > 0 ? numbers.reduce((a, b) => Math.min(a, b)) : null,
    highest: numbers.length > 0 ? numbers.reduce((a, b) => Math.max(a, b)) : null,
  }
}

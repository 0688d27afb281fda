import type { MeasuredRecord } from '#shared/records'

const STEPS_PER_BATCH = 5
const VALUES = 100

/** What batch number `batch` of run number `number` holds: the same in every process. */
export function batchOf(number: number, batch: number): MeasuredRecord[] {
  return Array.from({ length: STEPS_PER_BATCH }, (_, i) => {
    const step = batch * STEPS_PER_BATCH + i
    const data = Float64Array.from({ length: VALUES }, (_value, j) => Math.sin(number * 7 + step * 13 + j))
    return [
      { quantity: 'loss', layer: null, step, shape: [], data: data.slice(0, 1), meta: null },
      { quantity: 'spectrum', layer: null, step, shape: [VALUES], data, meta: null },
    ]
  }).flat()
}

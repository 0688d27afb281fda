import { z } from 'zod'
import type { ComparedRun } from '#shared/contract/comparisons'
import type { RunDetail, Series } from '#shared/contract/index'
import type { RunId } from '#shared/ids'
import type { MeasuredRecord } from '#shared/records'
import { arraysOn } from './arrays'
import type { Connection } from './connection'
import { seriesOn } from './series'

/** Everything measured. Scalars are kept as series; an array keeps its shape and how it was computed. */
export interface Records {
  append(runId: RunId, records: readonly MeasuredRecord[]): void
  series(runId: RunId, quantity: string, layer: number | null): Series
  /** The record measured last at or before the step; null when there is none. */
  atOrBefore(runId: RunId, quantity: string, layer: number | null, step: number): MeasuredRecord | null
  /** Every array of a quantity, oldest first. */
  arrays(runId: RunId, quantity: string, layer: number | null): readonly MeasuredRecord[]
  measured(runId: RunId): RunDetail['measured']
  /** What there is, without reading a series. */
  names(runId: RunId): Pick<ComparedRun, 'scalars' | 'arrays'>
  /** Forgets what was measured after a step; −1: everything. */
  discardAfter(runId: RunId, step: number): void
  /** The last value of each scalar without a layer. */
  lastValues(runId: RunId): Readonly<Record<string, number>>
  /** Packs what a run appended piece by piece; call it once the run has ended. */
  compact(runId: RunId): void
  /** Bytes that the numbers of a run take in the file. */
  storedBytes(runId: RunId): number
}

export function recordsOn(connection: Connection): Records {
  const series = seriesOn(connection)
  const arrays = arraysOn(connection)

  /** Each array with the steps at which it was measured. */
  function measuredArrays(runId: RunId) {
    const byName = Map.groupBy(arrays.steps(runId), ({ quantity, layer }) => keyOf(quantity, layer))
    return [...byName.values()].map((found) => {
      const { quantity, layer } = found[0]!
      return { quantity, layer, steps: Float64Array.from(found, ({ step }) => step) }
    })
  }

  return {
    append: (runId, records) =>
      connection.transaction(() => {
        for (const points of groupScalars(records.filter(isScalar))) series.append(runId, points)
        // A scalar that says how it was computed is kept as an array too: a series has no room for that.
        for (const record of records) if (!isScalar(record) || record.meta !== null) arrays.add(runId, record)
      }),

    series: (runId, quantity, layer) => series.read(runId, quantity, layer),

    atOrBefore(runId, quantity, layer, step) {
      const array = arrays.atOrBefore(runId, quantity, layer, step)
      return array ?? scalarAtOrBefore(series.read(runId, quantity, layer), { quantity, layer }, step)
    },

    arrays: (runId, quantity, layer) => arrays.all(runId, quantity, layer),

    names: (runId) => ({ scalars: series.names(runId), arrays: measuredArrays(runId) }),

    measured(runId) {
      const ofArrays = measuredArrays(runId)
      const asArray = new Set(ofArrays.map(({ quantity, layer }) => keyOf(quantity, layer)))
      const ofSeries = series
        .names(runId)
        .filter(({ quantity, layer }) => !asArray.has(keyOf(quantity, layer)))
        .map(({ quantity, layer }) => ({ quantity, layer, steps: series.read(runId, quantity, layer).steps }))
      return [...ofSeries, ...ofArrays]
    },

    lastValues: (runId) => series.lastValues(runId),

    discardAfter: (runId, step) =>
      connection.transaction(() => {
        series.discardAfter(runId, step)
        arrays.discardAfter(runId, step)
      }),

    compact: (runId) => series.compact(runId),

    storedBytes(runId) {
      const sql = `SELECT
        (SELECT ifnull(sum(length(data)), 0) FROM arrays WHERE run_id = ?) +
        (SELECT ifnull(sum(length(data)), 0) FROM series_chunks JOIN series ON series.id = series_id WHERE run_id = ?)
        AS bytes`
      return connection.get(z.object({ bytes: z.number() }), sql, [runId, runId])?.bytes ?? 0
    },
  }
}

function isScalar(record: MeasuredRecord): boolean {
  return record.shape.length === 0
}

function keyOf(quantity: string, layer: number | null): string {
  return JSON.stringify([quantity, layer])
}

function groupScalars(records: readonly MeasuredRecord[]) {
  const groups = Map.groupBy(records, ({ quantity, layer }) => keyOf(quantity, layer))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const values = new Float64Array(group.length)
    // Arrays are copied into place as arrays: reading a NaN as a number may lose its payload.
    group.forEach((record, i) => values.set(record.data.subarray(0, 1), i))
    return [
      {
        quantity: first.quantity,
        layer: first.layer,
        steps: Float64Array.from(group, (record) => record.step),
        values,
      },
    ]
  })
}

function scalarAtOrBefore(
  { steps, values }: Series,
  name: Pick<MeasuredRecord, 'quantity' | 'layer'>,
  step: number,
): MeasuredRecord | null {
  const i = steps.findLastIndex((measured) => measured <= step)
  if (i < 0) return null
  return { ...name, step: steps[i]!, shape: [], data: values.slice(i, i + 1), meta: null }
}

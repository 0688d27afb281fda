import { z } from 'zod'
import type { Series } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { layerSchema, runIdSchema } from './columns'
import type { Connection } from './connection'
import { floatBlobColumns, packFloats, unpackFloats } from './floatBlob'

/** Points of one scalar in the order in which they were measured. */
export interface SeriesPoints extends Series {
  readonly quantity: string
  readonly layer: number | null
}

/** Scalars over the steps. */
export interface SeriesStore {
  append(runId: RunId, points: SeriesPoints): void
  /** Empty when nothing was measured. */
  read(runId: RunId, quantity: string, layer: number | null): Series
  /** The last value of each scalar without a layer, by run; of one run or of all. */
  lastValues(runId?: RunId): ReadonlyMap<RunId, Readonly<Record<string, number>>>
  names(runId: RunId): readonly { quantity: string; layer: number | null }[]
  /** Forgets the points after a step. */
  discardAfter(runId: RunId, step: number): void
  /** Merges the small chunks of a run that has ended. */
  compact(runId: RunId): void
}

/** Chunks below this count are merged; enough for a read to touch few rows and for zstd to find patterns. */
const FULL_CHUNK = 4096
/** So many small chunks of one series are merged while the run goes on. */
const MERGE_AFTER = 256

const idRow = z.object({ id: z.number() })
const nameRow = z.object({ quantity: z.string(), layer: layerSchema })
const chunkRow = z.object({ id: z.number(), count: z.int().min(0), ...floatBlobColumns })
const lastRow = z.object({ run_id: runIdSchema, quantity: z.string(), last_value: z.instanceof(Uint8Array) })

export function seriesOn(connection: Connection): SeriesStore {
  function idOf(runId: RunId, quantity: string, layer: number | null): number | null {
    const sql = 'SELECT id FROM series WHERE run_id = ? AND quantity = ? AND ifnull(layer, -1) = ifnull(?, -1)'
    return connection.get(idRow, sql, [runId, quantity, layer])?.id ?? null
  }

  function addChunk(seriesId: number, { steps, values }: Series): void {
    const joined = new Float64Array(steps.length + values.length)
    joined.set(steps)
    joined.set(values, steps.length)
    const { data, digest } = packFloats(joined)
    connection.run('INSERT INTO series_chunks (series_id, count, data, digest) VALUES (?, ?, ?, ?)', [
      seriesId,
      steps.length,
      data,
      digest,
    ])
  }

  function chunks(seriesId: number, below = Infinity): z.output<typeof chunkRow>[] {
    const sql = 'SELECT id, count, data, digest FROM series_chunks WHERE series_id = ? AND count < ? ORDER BY id'
    return connection.all(chunkRow, sql, [seriesId, below])
  }

  function merge(seriesId: number): void {
    const small = chunks(seriesId, FULL_CHUNK)
    const [first, ...rest] = small
    if (!first || rest.length === 0) return
    for (const chunk of small) connection.run('DELETE FROM series_chunks WHERE id = ?', [chunk.id])
    addChunk(seriesId, joinChunks(small))
  }

  return {
    append(runId, { quantity, layer, steps, values }) {
      if (steps.length === 0) return
      if (steps.length !== values.length) {
        const message = `Series ${quantity}: ${steps.length} steps for ${values.length} values; give one step per value.`
        throw new LabError('shape', message)
      }
      const last = bytesOf(values.slice(-1))
      const known = idOf(runId, quantity, layer)
      if (known !== null) connection.run('UPDATE series SET last_value = ? WHERE id = ?', [last, known])
      const seriesId =
        known ??
        connection.run('INSERT INTO series (run_id, quantity, layer, last_value) VALUES (?, ?, ?, ?)', [
          runId,
          quantity,
          layer,
          last,
        ]).id
      addChunk(seriesId, { steps, values })
      const small = connection.get(
        z.object({ count: z.number() }),
        'SELECT count(*) AS count FROM series_chunks WHERE series_id = ? AND count < ?',
        [seriesId, FULL_CHUNK],
      )
      if (small && small.count >= MERGE_AFTER) merge(seriesId)
    },

    read(runId, quantity, layer) {
      const seriesId = idOf(runId, quantity, layer)
      return joinChunks(seriesId === null ? [] : chunks(seriesId))
    },

    lastValues(runId) {
      const byRun = new Map<RunId, Record<string, number>>()
      const sql = `SELECT run_id, quantity, last_value FROM series
        WHERE layer IS NULL ${runId === undefined ? '' : 'AND run_id = ?'}`
      const rows = connection.all(lastRow, sql, runId === undefined ? [] : [runId])
      for (const row of rows) {
        const values = byRun.get(row.run_id) ?? {}
        values[row.quantity] = new DataView(row.last_value.buffer, row.last_value.byteOffset).getFloat64(0, true)
        byRun.set(row.run_id, values)
      }
      return byRun
    },

    names: (runId) =>
      connection.all(nameRow, 'SELECT quantity, layer FROM series WHERE run_id = ? ORDER BY id', [runId]),

    discardAfter: (runId, step) =>
      connection.transaction(() => {
        for (const { id } of connection.all(idRow, 'SELECT id FROM series WHERE run_id = ?', [runId])) {
          const all = joinChunks(chunks(id))
          // Steps ascend.
          const count = all.steps.findLastIndex((measured) => measured <= step) + 1
          if (count === all.steps.length) continue
          connection.run('DELETE FROM series_chunks WHERE series_id = ?', [id])
          if (count === 0) {
            connection.run('DELETE FROM series WHERE id = ?', [id])
            continue
          }
          const values = all.values.slice(0, count)
          addChunk(id, { steps: all.steps.slice(0, count), values })
          connection.run('UPDATE series SET last_value = ? WHERE id = ?', [bytesOf(values.slice(-1)), id])
        }
      }),

    compact: (runId) =>
      connection.transaction(() => {
        for (const { id } of connection.all(idRow, 'SELECT id FROM series WHERE run_id = ?', [runId])) merge(id)
      }),
  }
}

function joinChunks(chunks: readonly z.output<typeof chunkRow>[]): Series {
  const total = chunks.reduce((sum, chunk) => sum + chunk.count, 0)
  const [steps, values] = [new Float64Array(total), new Float64Array(total)]
  let start = 0
  for (const chunk of chunks) {
    const joined = unpackFloats(chunk, 2 * chunk.count)
    steps.set(joined.subarray(0, chunk.count), start)
    values.set(joined.subarray(chunk.count), start)
    start += chunk.count
  }
  return { steps, values }
}

function bytesOf(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, values[0] ?? NaN, true)
  return bytes
}

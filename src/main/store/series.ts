import { z } from 'zod'
import type { Series } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { layerSchema } from './columns'
import type { Connection } from './connection'
import { floatBlobColumns, packFloats } from './floatBlob'
import { extremesOf, unpackChunk } from './seriesValue'

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
  /** The last value of each scalar without a layer. */
  lastValues(runId: RunId): Readonly<Record<string, number>>
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
const lastRow = z.object({ quantity: z.string(), last_value: z.instanceof(Uint8Array) })

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
    connection.run('INSERT INTO series_chunks (series_id, count, first_step, data, digest) VALUES (?, ?, ?, ?, ?)', [
      seriesId,
      steps.length,
      steps[0] ?? 0,
      data,
      digest,
    ])
  }

  function add(runId: RunId, quantity: string, layer: number | null): number {
    const sql = 'INSERT INTO series (run_id, quantity, layer, last_value) VALUES (?, ?, ?, ?)'
    return connection.run(sql, [runId, quantity, layer, bytesOf(Float64Array.of(NaN))]).id
  }

  /** Keeps last, smallest and largest value beside the series, where filters and tables find them. */
  function widen(seriesId: number, values: Float64Array): void {
    const { last, lowest, highest } = extremesOf(values)
    const sql = `UPDATE series SET last_value = ?, last = ?,
      lowest = min(ifnull(lowest, ?), ifnull(?, lowest)), highest = max(ifnull(highest, ?), ifnull(?, highest))
      WHERE id = ?`
    const bytes = bytesOf(values.slice(-1))
    connection.run(sql, [bytes, last, lowest, lowest, highest, highest, seriesId])
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
      const seriesId = idOf(runId, quantity, layer) ?? add(runId, quantity, layer)
      widen(seriesId, values)
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
      const rows = connection.all(
        lastRow,
        'SELECT quantity, last_value FROM series WHERE layer IS NULL AND run_id = ?',
        [runId],
      )
      const numberOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true)
      return Object.fromEntries(rows.map(({ quantity, last_value }) => [quantity, numberOf(last_value)]))
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
          connection.run('UPDATE series SET lowest = NULL, highest = NULL WHERE id = ?', [id])
          widen(id, values)
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
    const part = unpackChunk(chunk)
    steps.set(part.steps, start)
    values.set(part.values, start)
    start += chunk.count
  }
  return { steps, values }
}

function bytesOf(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, values[0] ?? NaN, true)
  return bytes
}

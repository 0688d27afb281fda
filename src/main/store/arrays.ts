import { z } from 'zod'
import type { RunId } from '#shared/ids'
import { jsonObject } from '#shared/json'
import type { MeasuredRecord } from '#shared/records'
import { sizeOf } from '../core/checkpoint'
import { jsonColumn, layerSchema, toJson } from './columns'
import type { Connection } from './connection'
import { floatBlobColumns, packFloats, unpackFloats, type FloatBlob } from './floatBlob'

/** Vectors, matrices and spectra, each with its shape and how it was computed. */
export interface ArrayStore {
  /** @throws LabError if the quantity already has an array at this step */
  add(runId: RunId, record: MeasuredRecord): void
  /** As `add`, for numbers that are packed already. */
  addPacked(runId: RunId, record: Omit<MeasuredRecord, 'data'>, blob: FloatBlob): void
  /** The array measured last at or before the step; null when there is none. */
  atOrBefore(runId: RunId, quantity: string, layer: number | null, step: number): MeasuredRecord | null
  discardAfter(runId: RunId, step: number): void
  /** Oldest first. */
  all(runId: RunId, quantity: string, layer: number | null): readonly MeasuredRecord[]
  /** When each array was measured, in the order of the steps. */
  steps(runId: RunId): readonly { quantity: string; layer: number | null; step: number }[]
}

const stepRow = z.object({ quantity: z.string(), layer: layerSchema, step: z.number() })

const arrayRow = stepRow
  .extend({
    shape: jsonColumn(z.array(z.int().min(0))),
    meta: jsonColumn(jsonObject).nullable(),
    ...floatBlobColumns,
  })
  .transform(({ data, digest, ...rest }): MeasuredRecord => ({
    ...rest,
    data: unpackFloats({ data, digest }, sizeOf(rest.shape)),
  }))

const SELECT = `SELECT quantity, layer, step, shape, data, digest, meta FROM arrays
  WHERE run_id = ? AND quantity = ? AND ifnull(layer, -1) = ifnull(?, -1)`

export function arraysOn(connection: Connection): ArrayStore {
  const addPacked: ArrayStore['addPacked'] = (runId, { quantity, layer, step, shape, meta }, { data, digest }) => {
    connection.run(
      `INSERT INTO arrays (run_id, quantity, layer, step, shape, dtype, data, digest, meta)
       VALUES (?, ?, ?, ?, ?, 'float64', ?, ?, ?)`,
      [runId, quantity, layer, step, toJson(shape), data, digest, meta && toJson(meta)],
    )
  }

  return {
    add: (runId, { data, ...record }) => addPacked(runId, record, packFloats(data)),
    addPacked,

    atOrBefore: (runId, quantity, layer, step) =>
      connection.get(arrayRow, `${SELECT} AND step <= ? ORDER BY step DESC LIMIT 1`, [runId, quantity, layer, step]),

    discardAfter(runId, step) {
      connection.run('DELETE FROM arrays WHERE run_id = ? AND step > ?', [runId, step])
    },

    all: (runId, quantity, layer) => connection.all(arrayRow, `${SELECT} ORDER BY step`, [runId, quantity, layer]),

    steps: (runId) =>
      connection.all(stepRow, 'SELECT quantity, layer, step FROM arrays WHERE run_id = ? ORDER BY step, id', [runId]),
  }
}

import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import {
  dtypeOf,
  sizeOf,
  type Checkpoint,
  type CheckpointArray,
  type FloatDtype,
  type ResumePoint,
} from '../core/checkpoint'
import { jsonColumn, toJson } from './columns'
import type { Connection } from './connection'
import { floatBlobColumns, packFloats, unpackFloatsAs, type FloatBlob } from './floatBlob'

export interface PackedArray {
  readonly name: string
  readonly dtype: FloatDtype
  readonly shape: readonly number[]
  readonly blob: FloatBlob
}

/** States of runs: what is kept for analysis, and at most one more to go on from. */
export interface Checkpoints {
  /**
   * Stores a state. A state that is not `kept` is there to go on from and gives way to the next one of the run, so that
   * a run never has two of them.
   */
  save(runId: RunId, point: ResumePoint, kept: boolean): void
  /** As `save`, without the arrays, which follow one by one. @returns the number of the state */
  begin(runId: RunId, state: { step: number; lastFiniteLoss: number; kept: boolean }): number
  addPacked(stateId: number, position: number, array: PackedArray): void
  /** Steps whose states are kept, ascending. */
  steps(runId: RunId): readonly number[]
  /** Bit for bit as it was saved. @throws LabError 'not-found' naming the steps that are stored */
  at(runId: RunId, step: number): Checkpoint
  /** The furthest state that can still be read; null where there is none. */
  latest(runId: RunId): ResumePoint | null
  /** The step of the furthest state; null where there is none. */
  lastStep(runId: RunId): number | null
  /** Forgets the states after a step. */
  discardAfter(runId: RunId, step: number): void
  /** Bytes that the states of a run take in the file. */
  storedBytes(runId: RunId): number
}

const stepRow = z.object({ step: z.int().min(0) })
const pointRow = z.object({ id: z.number(), step: z.int().min(0), last_finite_loss: z.number() })

const arrayRow = z
  .object({
    name: z.string(),
    dtype: z.enum(['float64', 'float32']),
    shape: jsonColumn(z.array(z.int().min(0))),
    ...floatBlobColumns,
  })
  .transform(({ name, dtype, shape, ...blob }): CheckpointArray => ({
    name,
    shape,
    data: unpackFloatsAs(dtype, blob, sizeOf(shape)),
  }))

export function checkpointsOn(connection: Connection): Checkpoints {
  const points = (runId: RunId) =>
    connection.all(pointRow, 'SELECT id, step, last_finite_loss FROM checkpoints WHERE run_id = ? ORDER BY step DESC', [
      runId,
    ])

  function read({ id, step }: z.output<typeof pointRow>): Checkpoint {
    const sql =
      'SELECT name, dtype, shape, data, digest FROM checkpoint_arrays WHERE checkpoint_id = ? ORDER BY position'
    return { step, arrays: connection.all(arrayRow, sql, [id]) }
  }

  const begin: Checkpoints['begin'] = (runId, { step, lastFiniteLoss, kept }) =>
    connection.transaction(() => {
      connection.run('DELETE FROM checkpoints WHERE run_id = ? AND (kept = 0 OR step = ?)', [runId, step])
      const sql = 'INSERT INTO checkpoints (run_id, step, kept, last_finite_loss) VALUES (?, ?, ?, ?)'
      return connection.run(sql, [runId, step, Number(kept), lastFiniteLoss]).id
    })

  const addPacked: Checkpoints['addPacked'] = (stateId, position, { name, dtype, shape, blob }) => {
    connection.run(
      `INSERT INTO checkpoint_arrays (checkpoint_id, position, name, dtype, shape, data, digest)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [stateId, position, name, dtype, toJson(shape), blob.data, blob.digest],
    )
  }

  return {
    save: (runId, { checkpoint: { step, arrays }, lastFiniteLoss }, kept) =>
      connection.transaction(() => {
        const id = begin(runId, { step, lastFiniteLoss, kept })
        arrays.forEach(({ name, shape, data }, position) => {
          addPacked(id, position, { name, shape, dtype: dtypeOf(data), blob: packFloats(data) })
        })
      }),
    begin,
    addPacked,

    steps: (runId) =>
      connection
        .all(stepRow, 'SELECT step FROM checkpoints WHERE run_id = ? AND kept = 1 ORDER BY step', [runId])
        .map(({ step }) => step),

    at(runId, step) {
      const stored = points(runId)
      const point = stored.find((candidate) => candidate.step === step)
      if (point) return read(point)
      const others = stored.map((candidate) => candidate.step).reverse()
      const known = others.length > 0 ? `stored are those at ${others.join(', ')}` : 'none of its states is stored'
      throw new LabError('not-found', `Run ${runId} has no stored state at step ${step}: ${known}.`)
    },

    latest(runId) {
      for (const point of points(runId)) {
        try {
          return { checkpoint: read(point), lastFiniteLoss: point.last_finite_loss }
        } catch (thrown) {
          // An older state costs time, a run that cannot start again costs the run.
          if (!(thrown instanceof LabError && thrown.details.damaged === true)) throw thrown
        }
      }
      return null
    },

    lastStep: (runId) =>
      connection.get(stepRow, 'SELECT step FROM checkpoints WHERE run_id = ? ORDER BY step DESC LIMIT 1', [runId])
        ?.step ?? null,

    discardAfter(runId, step) {
      connection.run('DELETE FROM checkpoints WHERE run_id = ? AND step > ?', [runId, step])
    },

    storedBytes: (runId) =>
      connection.get(
        z.object({ bytes: z.number() }),
        `SELECT ifnull(sum(length(data)), 0) AS bytes FROM checkpoint_arrays
         JOIN checkpoints ON checkpoints.id = checkpoint_id WHERE run_id = ?`,
        [runId],
      )?.bytes ?? 0,
  }
}

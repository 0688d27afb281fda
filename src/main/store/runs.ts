import { z } from 'zod'
import type { RunStatus } from '#shared/contract/index'
import { LabError, type ErrorData } from '#shared/errors'
import { runIdSchema, type RunId } from '#shared/ids'
import { provenanceSchema, type Provenance } from '#shared/outcome'
import type { QuantityDefinition } from '#shared/records'
import { runSpecSchema, type RunSpec } from '#shared/spec'
import { errorDataSchema, jsonColumn, quantitySchema, runStatusSchema, toJson } from './columns'
import type { Connection } from './connection'
import { runValuesOn } from './runValues'

export interface StoredRun {
  readonly id: RunId
  /** Every parameter has its value, defaults included. */
  readonly spec: RunSpec
  /** What the probes of this run measure, kept with it so that it explains itself in later versions. */
  readonly quantities: readonly QuantityDefinition[]
  readonly status: RunStatus
  /** The last step that the worker reported. */
  readonly step: number
  readonly steps: number
  /** Operations of one step, counted from the model. */
  readonly flopsPerStep: number
  readonly provenance: Provenance | null
  readonly error: ErrorData | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly binnedAt: number | null
}

export type NewRun = Pick<StoredRun, 'id' | 'spec' | 'quantities' | 'steps' | 'flopsPerStep' | 'createdAt'>
export type EndedStatus = Exclude<RunStatus, 'pending' | 'running'>

export interface Ending {
  readonly status: EndedStatus
  /** Null: stays at the last one reported. */
  readonly step: number | null
  readonly error: ErrorData | null
  readonly at: number
}

/** The runs of a project and the queue of those that wait. */
export interface Runs {
  /** Adds a run at the end of the queue. */
  enqueue(run: NewRun): void
  /** The run that has waited longest; null when none waits. */
  nextPending(): StoredRun | null
  /** Takes a pending run out of the queue. @throws LabError 'conflict' if it is not pending */
  start(id: RunId, at: number): void
  setProvenance(id: RunId, provenance: Provenance): void
  setStep(id: RunId, step: number): void
  /** @throws LabError 'conflict' if it has ended already */
  end(id: RunId, ending: Ending): void
  /** Whatever was running when the service last ended is interrupted now; returns which. */
  interruptRunning(at: number): readonly RunId[]
  /** @param at null takes them out of the bin. Runs that wait or train stay where they are. */
  setBinned(ids: readonly RunId[], at: number | null): void
  /** @throws LabError 'not-found' */
  get(id: RunId): StoredRun
  /** Those that are there, in the order of the ids. */
  many(ids: readonly RunId[]): readonly StoredRun[]
}

const runRow = z
  .object({
    id: runIdSchema,
    spec: jsonColumn(runSpecSchema),
    quantities: jsonColumn(z.array(quantitySchema)),
    status: runStatusSchema,
    step: z.number(),
    steps: z.number(),
    flops_per_step: z.number(),
    provenance: jsonColumn(provenanceSchema).nullable(),
    error: jsonColumn(errorDataSchema).nullable(),
    created_at: z.number(),
    started_at: z.number().nullable(),
    ended_at: z.number().nullable(),
    binned_at: z.number().nullable(),
  })
  .transform(({ flops_per_step, created_at, started_at, ended_at, binned_at, ...rest }): StoredRun => ({
    ...rest,
    flopsPerStep: flops_per_step,
    createdAt: created_at,
    startedAt: started_at,
    endedAt: ended_at,
    binnedAt: binned_at,
  }))

const COLUMNS = `runs.id, spec, quantities, status, step, steps, flops_per_step, provenance, error,
  created_at, started_at, ended_at, binned_at`

export function runsOn(connection: Connection): Runs {
  const values = runValuesOn(connection)
  const leaveQueue = (id: RunId) => connection.run('DELETE FROM queue WHERE run_id = ?', [id])

  function get(id: RunId): StoredRun {
    const run = connection.get(runRow, `SELECT ${COLUMNS} FROM runs WHERE id = ?`, [id])
    if (!run) throw new LabError('not-found', `There is no run ${id} in project "${connection.name}".`)
    return run
  }

  return {
    enqueue: ({ id, spec, quantities, steps, flopsPerStep, createdAt }) =>
      connection.transaction(() => {
        const added = connection.get(
          z.object({ created_order: z.number() }),
          `INSERT INTO runs (id, created_order, system, name, seed, spec, quantities, status, steps,
             flops_per_step, created_at)
           VALUES (?, (SELECT ifnull(max(created_order), 0) + 1 FROM runs), ?, ?, ?, ?, ?, 'pending', ?, ?, ?)
           RETURNING created_order`,
          [id, spec.system, spec.name, spec.seed, toJson(spec), toJson(quantities), steps, flopsPerStep, createdAt],
        )
        if (added) values.add(added.created_order, spec)
        connection.run('INSERT INTO queue (run_id) VALUES (?)', [id])
      }),

    nextPending: () =>
      connection.get(
        runRow,
        `SELECT ${COLUMNS} FROM queue JOIN runs ON runs.id = queue.run_id ORDER BY queue.position LIMIT 1`,
      ),

    start: (id, at) =>
      connection.transaction(() => {
        const { changes } = connection.run(
          "UPDATE runs SET status = 'running', started_at = ? WHERE id = ? AND status = 'pending'",
          [at, id],
        )
        if (changes === 0) throw new LabError('conflict', `Run ${id} is not waiting: it is ${get(id).status}.`)
        leaveQueue(id)
      }),

    setProvenance(id, provenance) {
      connection.run('UPDATE runs SET provenance = ? WHERE id = ?', [toJson(provenance), id])
    },

    setStep(id, step) {
      connection.run('UPDATE runs SET step = ? WHERE id = ?', [step, id])
    },

    end: (id, ending) =>
      connection.transaction(() => {
        const { changes } = connection.run(
          `UPDATE runs SET status = ?, step = ifnull(?, step), error = ?, ended_at = ?
           WHERE id = ? AND status IN ('pending', 'running')`,
          [ending.status, ending.step, ending.error && toJson(ending.error), ending.at, id],
        )
        if (changes === 0) throw new LabError('conflict', `Run ${id} has ended already: it is ${get(id).status}.`)
        leaveQueue(id)
      }),

    interruptRunning: (at) =>
      connection.transaction(() => {
        const message =
          'The application ended while this run was training. What it had measured is kept; repeat it to start again.'
        const error: ErrorData = { code: 'internal', message, details: {} }
        return connection
          .all(
            z.object({ id: runIdSchema }),
            "UPDATE runs SET status = 'interrupted', ended_at = ?, error = ? WHERE status = 'running' RETURNING id",
            [at, toJson(error)],
          )
          .map((row) => row.id)
      }),

    setBinned(ids, at) {
      connection.run(
        `UPDATE runs SET binned_at = ? WHERE status NOT IN ('pending', 'running')
           AND id IN (SELECT value FROM json_each(?))`,
        [at, JSON.stringify(ids)],
      )
    },

    get,

    many: (ids) =>
      connection.all(
        runRow,
        `SELECT ${COLUMNS} FROM json_each(?) AS given CROSS JOIN runs ON runs.id = given.value ORDER BY given.key`,
        [JSON.stringify(ids)],
      ),
  }
}

import { z } from 'zod'
import type { RunStatus } from '#shared/contract/index'
import { LabError, type ErrorData } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { provenanceSchema, type Provenance } from '#shared/outcome'
import type { QuantityDefinition } from '#shared/records'
import { runSpecSchema, type RunSpec } from '#shared/spec'
import { errorDataSchema, jsonColumn, quantitySchema, runIdSchema, toJson } from './columns'
import type { Connection } from './connection'

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
  /** The step that it last started from: 0 unless it was resumed. */
  readonly startedAtStep: number
  /** How often its process died since it last stored a state to go on from. */
  readonly deaths: number
}

export type NewRun = Pick<StoredRun, 'id' | 'spec' | 'quantities' | 'steps' | 'flopsPerStep' | 'createdAt'>
export type EndedStatus = Exclude<RunStatus, 'pending' | 'running'>

export interface Ending {
  readonly status: EndedStatus
  /** Null: stays at the last one reported. */
  readonly step: number | null
  readonly error: ErrorData | null
  readonly at: number
  /** Its process died: counted until the run gets further. */
  readonly died?: boolean
}

/** The runs of a project and the queue of those that wait. */
export interface Runs {
  /** Adds a run at the end of the queue. */
  enqueue(run: NewRun): void
  /** The run that has waited longest; null when none waits. */
  nextPending(): StoredRun | null
  /**
   * Takes a pending run out of the queue, to train it from a step on (0 when not given).
   * @throws LabError 'conflict' if it is not pending
   */
  start(id: RunId, at: number, step?: number): void
  setProvenance(id: RunId, provenance: Provenance): void
  setStep(id: RunId, step: number): void
  /** @throws LabError 'conflict' if it has ended already */
  end(id: RunId, ending: Ending): void
  /**
   * Whatever was running when the service last ended is interrupted now; returns which.
   * @param why says it, given how often the run died without getting further
   */
  interruptRunning(at: number, why: (deaths: number) => ErrorData): readonly RunId[]
  /** Interrupted runs that are not in the bin, newest first. */
  interrupted(): readonly StoredRun[]
  /**
   * Puts an interrupted or cancelled run before all that wait, to go on.
   * @throws LabError 'conflict' if it is neither, or in the bin
   */
  requeue(id: RunId): void
  /** The run got further, or a person takes it up again. */
  forgetDeaths(id: RunId): void
  setBinned(id: RunId, at: number | null): void
  /** @throws LabError 'not-found' */
  get(id: RunId): StoredRun
  /** Newest first, without those in the bin. */
  list(): readonly StoredRun[]
}

const status = z.enum(['pending', 'running', 'completed', 'diverged', 'failed', 'cancelled', 'interrupted'])

const runRow = z
  .object({
    id: runIdSchema,
    spec: jsonColumn(runSpecSchema),
    quantities: jsonColumn(z.array(quantitySchema)),
    status,
    step: z.number(),
    steps: z.number(),
    flops_per_step: z.number(),
    provenance: jsonColumn(provenanceSchema).nullable(),
    error: jsonColumn(errorDataSchema).nullable(),
    created_at: z.number(),
    started_at: z.number().nullable(),
    ended_at: z.number().nullable(),
    binned_at: z.number().nullable(),
    started_at_step: z.number(),
    deaths: z.number(),
  })
  .transform(
    ({ flops_per_step, created_at, started_at, ended_at, binned_at, started_at_step, ...rest }): StoredRun => ({
      ...rest,
      flopsPerStep: flops_per_step,
      createdAt: created_at,
      startedAt: started_at,
      endedAt: ended_at,
      binnedAt: binned_at,
      startedAtStep: started_at_step,
    }),
  )

const COLUMNS = `runs.id, spec, quantities, status, step, steps, flops_per_step, provenance, error,
  created_at, started_at, ended_at, binned_at, started_at_step, deaths`

export function runsOn(connection: Connection): Runs {
  const leaveQueue = (id: RunId) => connection.run('DELETE FROM queue WHERE run_id = ?', [id])

  function get(id: RunId): StoredRun {
    const run = connection.get(runRow, `SELECT ${COLUMNS} FROM runs WHERE id = ?`, [id])
    if (!run) throw new LabError('not-found', `There is no run ${id} in project "${connection.name}".`)
    return run
  }

  const withStatus = (wanted: RunStatus): StoredRun[] =>
    connection.all(
      runRow,
      `SELECT ${COLUMNS} FROM runs WHERE status = ? AND binned_at IS NULL ORDER BY created_order DESC`,
      [wanted],
    )

  const end = (id: RunId, ending: Ending) =>
    connection.transaction(() => {
      const { changes } = connection.run(
        `UPDATE runs SET status = ?, step = ifnull(?, step), error = ?, ended_at = ?, deaths = deaths + ?
           WHERE id = ? AND status IN ('pending', 'running')`,
        [ending.status, ending.step, ending.error && toJson(ending.error), ending.at, Number(ending.died ?? false), id],
      )
      if (changes === 0) throw new LabError('conflict', `Run ${id} has ended already: it is ${get(id).status}.`)
      leaveQueue(id)
    })

  return {
    enqueue: ({ id, spec, quantities, steps, flopsPerStep, createdAt }) =>
      connection.transaction(() => {
        connection.run(
          `INSERT INTO runs (id, created_order, system, name, seed, spec, quantities, status, steps,
             flops_per_step, created_at)
           VALUES (?, (SELECT ifnull(max(created_order), 0) + 1 FROM runs), ?, ?, ?, ?, ?, 'pending', ?, ?, ?)`,
          [id, spec.system, spec.name, spec.seed, toJson(spec), toJson(quantities), steps, flopsPerStep, createdAt],
        )
        connection.run('INSERT INTO queue (run_id) VALUES (?)', [id])
      }),

    nextPending: () =>
      connection.get(
        runRow,
        `SELECT ${COLUMNS} FROM queue JOIN runs ON runs.id = queue.run_id ORDER BY queue.position LIMIT 1`,
      ),

    start: (id, at, step = 0) =>
      connection.transaction(() => {
        const { changes } = connection.run(
          `UPDATE runs SET status = 'running', started_at = ?, step = ?, started_at_step = ?
           WHERE id = ? AND status = 'pending'`,
          [at, step, step, id],
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

    end,

    interruptRunning: (at, why) =>
      connection.transaction(() =>
        withStatus('running').map(({ id, deaths }) => {
          end(id, { status: 'interrupted', step: null, error: why(deaths + 1), at, died: true })
          return id
        }),
      ),

    interrupted: () => withStatus('interrupted'),

    requeue: (id) =>
      connection.transaction(() => {
        const { changes } = connection.run(
          `UPDATE runs SET status = 'pending', error = NULL, ended_at = NULL
           WHERE id = ? AND status IN ('interrupted', 'cancelled') AND binned_at IS NULL`,
          [id],
        )
        if (changes === 0) {
          const { status: found, binnedAt } = get(id)
          const reason = binnedAt === null ? `it is ${found}` : 'it is in the bin'
          const message = `Run ${id} cannot go on: ${reason}. Only interrupted and cancelled runs can; repeat it instead.`
          throw new LabError('conflict', message)
        }
        connection.run(
          'INSERT INTO queue (position, run_id) VALUES ((SELECT ifnull(min(position), 0) - 1 FROM queue), ?)',
          [id],
        )
      }),

    forgetDeaths(id) {
      connection.run('UPDATE runs SET deaths = 0 WHERE id = ?', [id])
    },

    setBinned(id, at) {
      connection.run('UPDATE runs SET binned_at = ? WHERE id = ?', [at, id])
    },

    get,

    list: () =>
      connection.all(runRow, `SELECT ${COLUMNS} FROM runs WHERE binned_at IS NULL ORDER BY created_order DESC`),
  }
}

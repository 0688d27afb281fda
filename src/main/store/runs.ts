import { z } from 'zod'
import type { RunStatus } from '#shared/contract/index'
import { LabError, type ErrorData } from '#shared/errors'
import type { RunId, SweepId } from '#shared/ids'
import { provenanceSchema, type Provenance } from '#shared/outcome'
import type { QuantityDefinition } from '#shared/records'
import { parseWith, runSpecSchema, type RunSpec } from '#shared/spec'
import {
  errorDataSchema,
  jsonColumn,
  quantitySchema,
  runIdSchema,
  runStatusSchema,
  sharedJsonColumn,
  sweepIdSchema,
  toJson,
} from './columns'
import type { Connection } from './connection'
import type { Queue } from './queue'
import { runValuesOn } from './runValues'
import type { Texts } from './texts'

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
  /** The sweep it belongs to, and its place there; null for a run of its own. */
  readonly sweep: { readonly id: SweepId; readonly index: number } | null
  /** Equal for runs of a sweep that can train as one program; null for one that trains alone. */
  readonly shape: string | null
  /** The step at which it rests until its sweep has decided about it; null: it trains to its end. */
  readonly until: number | null
}

export type NewRun = Pick<StoredRun, 'id' | 'spec' | 'quantities' | 'steps' | 'flopsPerStep' | 'createdAt'> &
  Partial<Pick<StoredRun, 'sweep' | 'shape' | 'until'>>
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
  /** Adds a run of a sweep that is announced: pending, but in no queue before the sweep has arrived. */
  add(run: NewRun): void
  /**
   * Adds a run that ended in another project, as it is there. It counts as not there, in the bin or outside, until it is
   * settled.
   */
  arrive(run: StoredRun): void
  /** A run that arrived is whole. */
  settle(id: RunId, sweep: StoredRun['sweep']): void
  /** Deletes a run that arrived and was not settled; all of them where none is named. */
  turnAway(id?: RunId): void
  has(id: RunId): boolean
  /** Ended runs made in the same millisecond with this system and seed: where a copy of this one would be found. */
  alike(run: Pick<StoredRun, 'spec' | 'createdAt'>): readonly RunId[]
  /** The first run of the queue that nothing holds back; null when there is none. */
  nextPending(): StoredRun | null
  /**
   * Takes a pending run out of the queue, to train it from a step on (0 when not given).
   * @throws LabError 'conflict' if it is not pending
   */
  start(id: RunId, at: number, step?: number): void
  /** A run that trains rests at a step: it is pending again, but in no queue. */
  rest(id: RunId, step: number): void
  /** Queues a resting run, to train up to another step; null: to its end. @throws LabError 'conflict' if it does not rest */
  goOnTo(id: RunId, until: number | null): void
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
  /** @param at null takes them out of the bin. Runs that wait or train stay where they are. */
  setBinned(ids: readonly RunId[], at: number | null): void
  /** @throws LabError 'not-found' */
  get(id: RunId): StoredRun
  /** Those that are there, in the order of the ids. */
  many(ids: readonly RunId[]): readonly StoredRun[]
  /** Newest first, without those in the bin. */
  list(): readonly StoredRun[]
  /** Oldest first, without those in the bin. */
  ids(): readonly RunId[]
  /** Steps that open runs of no sweep still take. */
  openStepsAlone(): number
}

/** In place of the time when a run went into the bin: it is on its way in from elsewhere and not whole yet. */
export const ARRIVING = 0

/** Seed and name have columns of their own, so that runs that differ in nothing else share one text. */
const sharedSpec = runSpecSchema.omit({ seed: true, name: true })
const idRow = z.object({ id: runIdSchema })
const quantitiesText = jsonColumn(z.array(quantitySchema))

function rowOf(quantitiesOf: (textId: number) => readonly QuantityDefinition[]) {
  return z
    .object({
      id: runIdSchema,
      spec: sharedJsonColumn(sharedSpec),
      seed: z.number(),
      name: z.string(),
      quantities_id: z.number(),
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
      started_at_step: z.number(),
      deaths: z.number(),
      sweep_id: sweepIdSchema.nullable(),
      sweep_index: z.number().nullable(),
      shape: z.string().nullable(),
      until: z.number().nullable(),
    })
    .transform((row): StoredRun => ({
      id: row.id,
      spec: { ...row.spec, seed: row.seed, name: row.name },
      quantities: quantitiesOf(row.quantities_id),
      status: row.status,
      step: row.step,
      steps: row.steps,
      flopsPerStep: row.flops_per_step,
      provenance: row.provenance,
      error: row.error,
      createdAt: row.created_at,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      binnedAt: row.binned_at,
      startedAtStep: row.started_at_step,
      deaths: row.deaths,
      sweep: row.sweep_id === null ? null : { id: row.sweep_id, index: row.sweep_index ?? 0 },
      shape: row.shape,
      until: row.until,
    }))
}

const COLUMNS = `runs.id, (SELECT text FROM texts WHERE texts.id = spec_id) AS spec, seed, name, quantities_id, status, step,
  steps, flops_per_step, provenance, error, created_at, started_at, ended_at, binned_at, started_at_step, deaths,
  sweep_id, sweep_index, shape, until`

export function runsOn(connection: Connection, queue: Queue, texts: Texts): Runs {
  const values = runValuesOn(connection)
  /** Texts never change, and few lists of quantities serve many runs. */
  const knownQuantities = new Map<number, readonly QuantityDefinition[]>()
  const runRow = rowOf((textId) => {
    const known = knownQuantities.get(textId) ?? parseWith(quantitiesText, texts.read(textId), 'quantities')
    knownQuantities.set(textId, known)
    return known
  })

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
      queue.remove(id)
    })

  const add: Runs['add'] = ({
    id,
    spec,
    quantities,
    steps,
    flopsPerStep,
    createdAt,
    sweep = null,
    shape = null,
    until = null,
  }) =>
    connection.transaction(() => {
      const { seed, name, ...shared } = spec
      const added = connection.get(
        z.object({ created_order: z.number() }),
        `INSERT INTO runs (id, created_order, system, name, seed, spec_id, quantities_id, status, steps,
             flops_per_step, created_at, sweep_id, sweep_index, shape, until)
           VALUES (?, (SELECT ifnull(max(created_order), 0) + 1 FROM runs), ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)
           RETURNING created_order`,
        // prettier-ignore
        [
            id, spec.system, name, seed, texts.idOf(toJson(shared)), texts.idOf(toJson(quantities)), steps,
            flopsPerStep, createdAt, sweep?.id ?? null, sweep?.index ?? null, shape, until,
          ],
      )
      if (added) values.add(added.created_order, spec)
    })

  return {
    enqueue: (run) =>
      connection.transaction(() => {
        add(run)
        queue.add(run.id, run.sweep?.id ?? null, run.shape ?? null)
      }),

    add,

    arrive: (run) =>
      connection.transaction(() => {
        add(run)
        connection.run(
          `UPDATE runs SET binned_at = ${ARRIVING}, status = ?, step = ?, provenance = ?, error = ?, started_at = ?,
             ended_at = ?, started_at_step = ?, deaths = ? WHERE id = ?`,
          // prettier-ignore
          [
            run.status, run.step, run.provenance && toJson(run.provenance), run.error && toJson(run.error),
            run.startedAt, run.endedAt, run.startedAtStep, run.deaths, run.id,
          ],
        )
      }),

    settle(id, sweep) {
      connection.run(
        `UPDATE runs SET binned_at = NULL, sweep_id = ?, sweep_index = ? WHERE id = ? AND binned_at = ${ARRIVING}`,
        [sweep?.id ?? null, sweep?.index ?? null, id],
      )
    },

    turnAway(id) {
      const one = id === undefined ? '' : ' AND id = ?'
      connection.run(`DELETE FROM runs WHERE binned_at = ${ARRIVING}${one}`, id === undefined ? [] : [id])
    },

    has: (id) => connection.get(idRow, 'SELECT id FROM runs WHERE id = ?', [id]) !== null,

    alike: ({ spec, createdAt }) =>
      connection
        .all(
          idRow,
          `SELECT id FROM runs WHERE created_at = ? AND seed = ? AND system = ? AND status NOT IN ('pending', 'running')
             AND binned_at IS NOT ${ARRIVING}`,
          [createdAt, spec.seed, spec.system],
        )
        .map(({ id }) => id),

    nextPending() {
      const next = queue.next()
      return next && get(next.runId)
    },

    start: (id, at, step = 0) =>
      connection.transaction(() => {
        const { changes } = connection.run(
          `UPDATE runs SET status = 'running', started_at = ?, step = ?, started_at_step = ?
           WHERE id = ? AND status = 'pending'`,
          [at, step, step, id],
        )
        if (changes === 0) throw new LabError('conflict', `Run ${id} is not waiting: it is ${get(id).status}.`)
        queue.remove(id)
      }),

    rest(id, step) {
      connection.run("UPDATE runs SET status = 'pending', step = ? WHERE id = ? AND status = 'running'", [step, id])
    },

    goOnTo: (id, until) =>
      connection.transaction(() => {
        const { changes } = connection.run(
          `UPDATE runs SET until = ? WHERE id = ? AND status = 'pending'
             AND NOT EXISTS (SELECT 1 FROM queue WHERE run_id = runs.id)`,
          [until, id],
        )
        if (changes === 0) throw new LabError('conflict', `Run ${id} does not rest: it is ${get(id).status}.`)
        const { sweep, shape } = get(id)
        queue.add(id, sweep?.id ?? null, shape)
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
        const { sweep, shape } = get(id)
        queue.add(id, sweep?.id ?? null, shape, 'front')
      }),

    forgetDeaths(id) {
      connection.run('UPDATE runs SET deaths = 0 WHERE id = ?', [id])
    },

    setBinned(ids, at) {
      connection.run(
        `UPDATE runs SET binned_at = ? WHERE status NOT IN ('pending', 'running') AND binned_at IS NOT ${ARRIVING}
           AND id IN (SELECT value FROM json_each(?))`,
        [at, JSON.stringify(ids)],
      )
    },

    get,

    ids: () =>
      connection.all(idRow, 'SELECT id FROM runs WHERE binned_at IS NULL ORDER BY created_order').map(({ id }) => id),

    openStepsAlone: () =>
      connection.get(
        z.object({ steps: z.number() }),
        `SELECT ifnull(sum(steps - step), 0) AS steps FROM runs
         WHERE status IN ('pending', 'running') AND sweep_id IS NULL`,
      )?.steps ?? 0,

    list: () =>
      connection.all(runRow, `SELECT ${COLUMNS} FROM runs WHERE binned_at IS NULL ORDER BY created_order DESC`),
    many: (ids) =>
      connection.all(
        runRow,
        `SELECT ${COLUMNS} FROM json_each(?) AS given CROSS JOIN runs ON runs.id = given.value ORDER BY given.key`,
        [JSON.stringify(ids)],
      ),
  }
}

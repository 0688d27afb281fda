import { z } from 'zod'
import type { NamedSpec, StatusCounts } from '#shared/contract/sweeps'
import { LabError } from '#shared/errors'
import type { RunId, SweepId } from '#shared/ids'
import { sweepSpecSchema, type SweepSpec } from '#shared/sweep'
import { flagColumn, jsonColumn, runIdSchema, runStatusSchema, sweepIdSchema, toJson } from './columns'
import type { Connection } from './connection'
import type { Queue } from './queue'

export interface StoredSweep {
  readonly id: SweepId
  readonly spec: SweepSpec
  /** Whether its waiting runs are held back. */
  readonly paused: boolean
  readonly createdAt: number
}

/** What has become of the runs of a sweep. */
export interface SweepProgress {
  readonly counts: StatusCounts
  /** Steps that its runs take at most. */
  readonly steps: number
  /** Of those, steps taken, and steps that ended runs need not take any more. */
  readonly settledSteps: number
  /** Steps that completed runs took, of those they might have taken: below 1 where runs end on convergence. */
  readonly completed: { readonly steps: number; readonly of: number }
  /** When the last of its runs ended; null before any has. */
  readonly lastEndedAt: number | null
}

/** The sweeps of a project, and the specs saved under a name. */
export interface Sweeps {
  add(sweep: Omit<StoredSweep, 'paused'>): void
  /** As `add`, but it is not there for anyone, and nothing of it starts, until all of its runs are added. */
  announce(sweep: Omit<StoredSweep, 'paused'>): void
  /** The last run of an announced sweep is added: it is there, and its runs wait at the end of the queue. */
  arrived(id: SweepId): void
  /** Takes an announced sweep out again with the runs that were added; all of them where none is named. */
  withdraw(id?: SweepId): void
  /** @throws LabError 'not-found' */
  get(id: SweepId): StoredSweep
  /** Null where there is none. */
  find(id: SweepId): StoredSweep | null
  /** Newest first. */
  list(): readonly StoredSweep[]
  /** Of one sweep or of all. */
  progress(id?: SweepId): ReadonlyMap<SweepId, SweepProgress>
  /** In the order of the sweep; runs in the bin are left out. */
  runIds(id: SweepId): readonly RunId[]
  /** Its runs that wait or train. */
  openRuns(id: SweepId): readonly RunId[]
  /** Its runs that rest; null while others of it wait or train. */
  resting(id: SweepId): readonly RunId[] | null
  /** Its runs that failed or were interrupted, in their order. */
  unsuccessful(id: SweepId): readonly RunId[]
  /** Takes a run out of its sweep. */
  release(runId: RunId): void
  namedSpecs(): readonly NamedSpec[]
  saveSpec(name: string, spec: SweepSpec, at: number): void
  /** @throws LabError 'not-found' */
  deleteSpec(name: string): void
}

const sweepRow = z
  .object({ id: sweepIdSchema, spec: jsonColumn(sweepSpecSchema), paused: flagColumn, created_at: z.number() })
  .transform(({ created_at, ...rest }): StoredSweep => ({ ...rest, createdAt: created_at }))

const namedRow = z
  .object({ name: z.string(), spec: jsonColumn(sweepSpecSchema), saved_at: z.number() })
  .transform(({ saved_at, ...rest }): NamedSpec => ({ ...rest, savedAt: saved_at }))

/** A sweep without runs. */
export const NO_RUNS: StatusCounts = {
  pending: 0,
  running: 0,
  completed: 0,
  diverged: 0,
  failed: 0,
  cancelled: 0,
  interrupted: 0,
}

const statusRow = z.object({
  sweep_id: sweepIdSchema,
  status: runStatusSchema,
  runs: z.number(),
  taken: z.number(),
  steps: z.number(),
  last_ended_at: z.number().nullable(),
})
const idRow = z.object({ id: runIdSchema })

const SWEEPS = 'SELECT id, spec, paused, created_at FROM sweeps WHERE arriving = 0'

export function sweepsOn(connection: Connection, queue: Queue): Sweeps {
  const find = (id: SweepId) => connection.get(sweepRow, `${SWEEPS} AND id = ?`, [id])
  const ids = (sql: string, id: SweepId) => connection.all(idRow, sql, [id]).map((row) => row.id)

  function insert({ id, spec, createdAt }: Omit<StoredSweep, 'paused'>, arriving: boolean): void {
    connection.run(
      `INSERT INTO sweeps (id, created_order, name, system, spec, created_at, arriving)
       VALUES (?, (SELECT ifnull(max(created_order), 0) + 1 FROM sweeps), ?, ?, ?, ?, ?)`,
      [id, spec.name, spec.base.system, toJson(spec), createdAt, Number(arriving)],
    )
  }

  return {
    add: (sweep) => insert(sweep, false),

    announce: (sweep) => insert(sweep, true),

    arrived: (id) =>
      connection.transaction(() => {
        connection.run('UPDATE sweeps SET arriving = 0 WHERE id = ?', [id])
        queue.addSweep(id)
      }),

    withdraw: (id) =>
      connection.transaction(() => {
        const announced = 'SELECT id FROM sweeps WHERE arriving = 1 AND id = ifnull(?, id)'
        connection.run(`DELETE FROM runs WHERE sweep_id IN (${announced})`, [id ?? null])
        connection.run(`DELETE FROM sweeps WHERE id IN (${announced})`, [id ?? null])
      }),

    find,

    get(id) {
      const found = find(id)
      if (!found) throw new LabError('not-found', `There is no sweep ${id} in project "${connection.name}".`)
      return found
    },

    list: () => connection.all(sweepRow, `${SWEEPS} ORDER BY created_order DESC`),

    progress(id) {
      const rows = connection.all(
        statusRow,
        `SELECT sweep_id, status, count(*) AS runs, sum(step) AS taken, sum(steps) AS steps,
           max(ended_at) AS last_ended_at
         FROM runs WHERE ${id === undefined ? 'sweep_id IS NOT NULL' : 'sweep_id = ?'} GROUP BY sweep_id, status`,
        id === undefined ? [] : [id],
      )
      return new Map([...Map.groupBy(rows, (row) => row.sweep_id)].map(([sweep, group]) => [sweep, sumOf(group)]))
    },

    runIds: (id) => ids('SELECT id FROM runs WHERE sweep_id = ? AND binned_at IS NULL ORDER BY sweep_index', id),

    openRuns: (id) =>
      ids("SELECT id FROM runs WHERE sweep_id = ? AND status IN ('pending', 'running') ORDER BY sweep_index", id),

    resting(id) {
      const rows = connection.all(
        z.object({ id: runIdSchema, rests: flagColumn }),
        `SELECT id, status = 'pending' AND NOT EXISTS (SELECT 1 FROM queue WHERE run_id = runs.id) AS rests FROM runs
         WHERE sweep_id = ? AND status IN ('pending', 'running') ORDER BY sweep_index`,
        [id],
      )
      return rows.every(({ rests }) => rests) ? rows.map((row) => row.id) : null
    },

    unsuccessful: (id) =>
      ids("SELECT id FROM runs WHERE sweep_id = ? AND status IN ('failed', 'interrupted') ORDER BY sweep_index", id),

    release(runId) {
      connection.run('UPDATE runs SET sweep_id = NULL, sweep_index = NULL WHERE id = ?', [runId])
    },

    namedSpecs: () => connection.all(namedRow, 'SELECT name, spec, saved_at FROM named_specs ORDER BY name'),

    saveSpec(name, spec, at) {
      connection.run(
        `INSERT INTO named_specs (name, spec, saved_at) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, saved_at = excluded.saved_at`,
        [name, toJson(spec), at],
      )
    },

    deleteSpec(name) {
      const { changes } = connection.run('DELETE FROM named_specs WHERE name = ?', [name])
      if (changes === 0) throw new LabError('not-found', `There is no spec called "${name}" in this project.`)
    },
  }
}

function sumOf(rows: readonly z.output<typeof statusRow>[]): SweepProgress {
  const sum = (of: (row: z.output<typeof statusRow>) => number) => rows.reduce((total, row) => total + of(row), 0)
  const isOpen = ({ status }: z.output<typeof statusRow>) => status === 'pending' || status === 'running'
  const completed = rows.filter(({ status }) => status === 'completed')
  const ended = rows.flatMap((row) => row.last_ended_at ?? [])
  return {
    counts: { ...NO_RUNS, ...Object.fromEntries(rows.map(({ status, runs }) => [status, runs])) },
    steps: sum((row) => row.steps),
    settledSteps: sum((row) => (isOpen(row) ? row.taken : row.steps)),
    completed: {
      steps: completed.reduce((total, row) => total + row.taken, 0),
      of: completed.reduce((total, row) => total + row.steps, 0),
    },
    lastEndedAt: ended.length > 0 ? Math.max(...ended) : null,
  }
}

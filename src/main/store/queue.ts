import { z } from 'zod'
import type { Priority, QueueTarget } from '#shared/contract/sweeps'
import { LabError } from '#shared/errors'
import type { RunId, SweepId } from '#shared/ids'
import { flagColumn, runIdSchema, sweepIdSchema } from './columns'
import type { Connection } from './connection'

/** A run that waits. */
export interface Waiting {
  readonly runId: RunId
  readonly sweepId: SweepId | null
  readonly priority: Priority
  /** Held back by itself. */
  readonly held: boolean
  /** Held back with its sweep. */
  readonly paused: boolean
}

/** Where a run stood in the queue. */
export interface QueuePlace {
  readonly priority: number
  readonly position: number
}

/**
 * The runs that wait, in the order in which they start: by priority (larger first), then by position.
 * Everything is stored, so the queue is the same after a restart.
 */
export interface Queue {
  /**
   * At the front or the end of those with priority 0, the end when not given, or at the place that it had before; held
   * back where the run is.
   * @param shape equal for runs of a sweep that can train as one program
   */
  add(runId: RunId, sweepId: SweepId | null, shape: string | null, place?: 'front' | 'end' | QueuePlace): void
  /** Its pending runs that are in no queue, in their order, behind all others of priority 0. */
  addSweep(sweepId: SweepId): void
  remove(runId: RunId): void
  /** Null for a run that does not wait. */
  find(runId: RunId): (Waiting & QueuePlace) | null
  /** The first run that nothing holds back; null when there is none. */
  next(): Waiting | null
  /**
   * Runs that could start together with one that waits, in their order: of its sweep, shape and priority, not held back,
   * and with their last stored state at the same step.
   */
  peers(runId: RunId, limit: number): readonly RunId[]
  /** Holds back runs that wait, or that train and will wait again, or lets them go. */
  hold(runIds: readonly RunId[], held: boolean): void
  /** Whether it is held back by itself, or will be when it comes to rest. */
  isHeld(runId: RunId): boolean
  /** With the sweep's runs that are queued later too. */
  pauseSweep(sweepId: SweepId, paused: boolean): void
  readonly isPaused: boolean
  pause(paused: boolean): void
  /**
   * Puts the runs, in their order, before another one, whose priority they take; null: behind all others of the lowest.
   * @throws LabError 'not-found' if the other one does not wait or is one of them
   */
  move(target: QueueTarget, before: RunId | null): void
  /** Behind those that have the priority already. */
  prioritise(target: QueueTarget, priority: Priority): void
  count(): number
  page(offset: number, limit: number): readonly Waiting[]
  /** What waits of a sweep. */
  ofSweep(sweepId: SweepId): readonly RunId[]
}

const waitingColumns = z.object({
  run_id: runIdSchema,
  sweep_id: sweepIdSchema.nullable(),
  priority: z.union([z.literal(-2), z.literal(-1), z.literal(0), z.literal(1), z.literal(2)]),
  held: flagColumn,
  paused: flagColumn,
})
const waitingOf = ({ run_id, sweep_id, priority, held, paused }: z.output<typeof waitingColumns>): Waiting => ({
  runId: run_id,
  sweepId: sweep_id,
  priority,
  held,
  paused,
})
const waitingRow = waitingColumns.transform(waitingOf)
const placedRow = waitingColumns
  .extend({ position: z.number() })
  .transform(({ position, ...waiting }) => ({ ...waitingOf(waiting), position }))

const idRow = z.object({ run_id: runIdSchema })
const countRow = z.object({ count: z.number() })
const placeRow = z.object({ priority: z.number(), position: z.number() })

const COLUMNS = 'run_id, sweep_id, priority, held, paused'
const LATEST = (row: string) => `(SELECT max(step) FROM checkpoints WHERE run_id = ${row}.run_id)`

export function queueOn(connection: Connection): Queue {
  function ofSweep(sweepId: SweepId): RunId[] {
    const sql = 'SELECT run_id FROM queue WHERE sweep_id = ? ORDER BY priority DESC, position'
    return connection.all(idRow, sql, [sweepId]).map((row) => row.run_id)
  }

  function idsOf({ runIds, sweepId }: QueueTarget): readonly RunId[] {
    return sweepId === undefined ? [...new Set(runIds)] : ofSweep(sweepId)
  }

  function place(runId: RunId) {
    return connection.get(placeRow, 'SELECT priority, position FROM queue WHERE run_id = ?', [runId])
  }

  /** Before or behind all others that nobody gave a priority. */
  function outermost(end: 'front' | 'end'): QueuePlace {
    const position = end === 'end' ? 'max(position), 0) + 1' : 'min(position), 0) - 1'
    const sql = `SELECT 0 AS priority, ifnull(${position} AS position FROM queue WHERE priority = 0`
    return { priority: 0, position: connection.get(placeRow, sql)?.position ?? 0 }
  }

  /** Gives the runs the places from a position on. */
  function settle(ids: readonly RunId[], priority: number, position: number): void {
    const sql = 'UPDATE queue SET priority = ?, position = ? WHERE run_id = ?'
    ids.forEach((id, i) => connection.run(sql, [priority, position + i, id]))
  }

  return {
    add(runId, sweepId, shape, place = 'end') {
      const { priority, position } = typeof place === 'string' ? outermost(place) : place
      connection.run(
        `INSERT INTO queue (run_id, sweep_id, shape, paused, priority, position, held)
         VALUES (?, ?, ?, ifnull((SELECT paused FROM sweeps WHERE id = ?), 0), ?, ?,
           (SELECT held FROM runs WHERE id = ?))`,
        [runId, sweepId, shape, sweepId, priority, position, runId],
      )
    },

    addSweep(sweepId) {
      connection.run(
        `INSERT INTO queue (run_id, sweep_id, shape, held, paused, position)
         SELECT runs.id, sweep_id, shape, held, paused,
           (SELECT ifnull(max(position), 0) FROM queue WHERE priority = 0) + row_number() OVER (ORDER BY sweep_index)
         FROM runs JOIN sweeps ON sweeps.id = sweep_id
         WHERE sweep_id = ? AND status = 'pending' AND runs.id NOT IN (SELECT run_id FROM queue)`,
        [sweepId],
      )
    },

    remove(runId) {
      connection.run('DELETE FROM queue WHERE run_id = ?', [runId])
    },

    find: (runId) => connection.get(placedRow, `SELECT ${COLUMNS}, position FROM queue WHERE run_id = ?`, [runId]),

    next: () =>
      connection.get(
        waitingRow,
        `SELECT ${COLUMNS} FROM queue WHERE held = 0 AND paused = 0 AND (SELECT paused FROM queue_state) = 0
         ORDER BY priority DESC, position LIMIT 1`,
      ),

    peers: (runId, limit) =>
      connection
        .all(
          idRow,
          `SELECT peer.run_id FROM queue AS first JOIN queue AS peer
             ON peer.sweep_id = first.sweep_id AND peer.shape = first.shape AND peer.priority = first.priority
           WHERE first.run_id = ? AND peer.run_id <> first.run_id AND peer.held = 0 AND peer.paused = 0
             AND ${LATEST('peer')} IS ${LATEST('first')}
           ORDER BY peer.position LIMIT ?`,
          [runId, limit],
        )
        .map((row) => row.run_id),

    hold: (runIds, held) =>
      connection.transaction(() => {
        for (const id of runIds) {
          connection.run("UPDATE runs SET held = ? WHERE id = ? AND status IN ('pending', 'running')", [
            Number(held),
            id,
          ])
          connection.run('UPDATE queue SET held = ? WHERE run_id = ?', [Number(held), id])
        }
      }),

    isHeld: (runId) =>
      connection.get(z.object({ held: flagColumn }), 'SELECT held FROM runs WHERE id = ?', [runId])?.held ?? false,

    pauseSweep: (sweepId, paused) =>
      connection.transaction(() => {
        connection.run('UPDATE sweeps SET paused = ? WHERE id = ?', [Number(paused), sweepId])
        connection.run('UPDATE queue SET paused = ? WHERE sweep_id = ?', [Number(paused), sweepId])
      }),

    get isPaused() {
      const row = z.object({ paused: flagColumn })
      return connection.get(row, 'SELECT paused FROM queue_state')?.paused ?? false
    },

    pause(paused) {
      connection.run('UPDATE queue_state SET paused = ?', [Number(paused)])
    },

    move: (target, before) =>
      connection.transaction(() => {
        const ids = idsOf(target).filter((id) => place(id) !== null)
        if (before === null) {
          const last = connection.get(
            placeRow,
            'SELECT priority, position FROM queue ORDER BY priority, position DESC LIMIT 1',
          )
          if (last) settle(ids, last.priority, last.position + 1)
          return
        }
        const there = ids.includes(before) ? null : place(before)
        if (!there) {
          throw new LabError('not-found', `Run ${before} does not wait beside those to move. Choose a waiting run.`)
        }
        connection.run('UPDATE queue SET position = position + ? WHERE priority = ? AND position >= ?', [
          ids.length,
          there.priority,
          there.position,
        ])
        settle(ids, there.priority, there.position)
      }),

    prioritise: (target, priority) =>
      connection.transaction(() => {
        const end = connection.get(
          z.object({ position: z.number() }),
          'SELECT ifnull(max(position), 0) + 1 AS position FROM queue WHERE priority = ?',
          [priority],
        )
        const ids = idsOf(target).filter((id) => place(id)?.priority !== priority)
        settle(ids, priority, end?.position ?? 1)
      }),

    count: () => connection.get(countRow, 'SELECT count(*) AS count FROM queue')?.count ?? 0,

    page: (offset, limit) =>
      connection.all(waitingRow, `SELECT ${COLUMNS} FROM queue ORDER BY priority DESC, position LIMIT ? OFFSET ?`, [
        limit,
        offset,
      ]),

    ofSweep,
  }
}

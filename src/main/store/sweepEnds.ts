import { z } from 'zod'
import type { RunStatus } from '#shared/contract/index'
import type { RunId, SweepId } from '#shared/ids'
import type { QuantityDefinition } from '#shared/records'
import { runSpecSchema, type RunSpec } from '#shared/spec'
import { jsonColumn, quantitySchema, runIdSchema, runStatusSchema } from './columns'
import type { Connection } from './connection'
import { floatOf } from './series'

/** A run with what it came to: the last value of each scalar without a layer, none before it has completed. */
export interface RunEnd {
  readonly id: RunId
  readonly status: RunStatus
  readonly last: ReadonlyMap<string, number>
}

type LastValues = RunEnd['last']

/** Runs that differ in nothing but seed and name. */
export interface PointEnds {
  readonly spec: Omit<RunSpec, 'seed' | 'name'>
  readonly quantities: readonly QuantityDefinition[]
  /** In the order of the sweep. */
  readonly runs: readonly RunEnd[]
}

/**
 * What the runs of a sweep came to, in two passes over the file however many they are. Pages ask while the sweep trains,
 * and what completed runs came to never changes: of the sweep that was asked for last, only what is new is read.
 */
export interface SweepEnds {
  /** In the order of the sweep; runs in the bin are left out. */
  points(id: SweepId): readonly PointEnds[]
}

const runRow = z.object({ id: runIdSchema, status: runStatusSchema, spec_id: z.number(), quantities_id: z.number() })
const lastRow = z.object({ run_id: runIdSchema, quantity: z.string(), last_value: z.instanceof(Uint8Array) })
const specText = z.object({ text: jsonColumn(runSpecSchema.omit({ seed: true, name: true })) })
const quantitiesText = z.object({ text: jsonColumn(z.array(quantitySchema)) })

export function sweepEndsOn(connection: Connection): SweepEnds {
  const textOf = <T extends z.ZodType>(schema: T, id: number) =>
    connection.get(schema, 'SELECT text FROM texts WHERE id = ?', [id])

  let known: { readonly sweep: SweepId; readonly last: Map<RunId, LastValues> } | null = null

  function lastValues(sweep: SweepId, completed: readonly RunId[]): ReadonlyMap<RunId, LastValues> {
    if (known?.sweep !== sweep) known = { sweep, last: new Map() }
    const { last } = known
    const missing = completed.filter((id) => !last.has(id))
    for (const id of missing) last.set(id, new Map())
    const rows = connection.all(
      lastRow,
      `SELECT run_id, quantity, last_value FROM json_each(?) CROSS JOIN series ON run_id = json_each.value
       WHERE layer IS NULL`,
      [JSON.stringify(missing)],
    )
    for (const [id, own] of Map.groupBy(rows, (row) => row.run_id)) {
      last.set(id, new Map(own.map((row) => [row.quantity, floatOf(row.last_value)])))
    }
    return last
  }

  return {
    points(id) {
      const rows = connection.all(
        runRow,
        `SELECT id, status, spec_id, quantities_id FROM runs
         WHERE sweep_id = ? AND binned_at IS NULL ORDER BY sweep_index`,
        [id],
      )
      const completed = rows.filter(({ status }) => status === 'completed').map((row) => row.id)
      const last = lastValues(id, completed)
      return [...Map.groupBy(rows, (row) => row.spec_id)].flatMap(([specId, own]): PointEnds[] => {
        const spec = textOf(specText, specId)
        const quantities = textOf(quantitiesText, own[0]!.quantities_id)
        if (!spec || !quantities) return []
        const runs = own.map((run) => ({ id: run.id, status: run.status, last: last.get(run.id) ?? new Map() }))
        return [{ spec: spec.text, quantities: quantities.text, runs }]
      })
    },
  }
}

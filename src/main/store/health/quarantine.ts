import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { runIdSchema } from '../columns'
import type { Connection } from '../connection'
import { blobTables } from './blobTables'
import type { Damage } from './verify'

export interface Quarantined {
  readonly runId: RunId | null
  readonly what: string
  readonly foundAt: number
}

/**
 * Moves damaged arrays out of the way, all or none: what reads the run goes on without them, and a line in the run's
 * log says what is missing. The bytes are kept.
 */
export function quarantine(connection: Connection, damaged: readonly Damage[], at: number): void {
  connection.transaction(() => {
    for (const { table, id, runId, what } of damaged) {
      const source = blobTables.find(({ name }) => name === table)
      if (!source) throw new LabError('internal', `There is no table ${table} with stored arrays.`)
      const row = source.columns.map((column) => `'${column}', ${column}`).join(', ')
      connection.run(
        `INSERT INTO quarantine (run_id, source, what, row, data, digest, found_at)
         SELECT ?, ?, ?, json_object(${row}), data, digest, ? FROM ${table} WHERE rowid = ?`,
        [runId, table, what, at, id],
      )
      connection.run(`DELETE FROM ${table} WHERE rowid = ?`, [id])
      if (runId === null) continue
      const message = `A damaged array was put into quarantine: ${what}. Everything else of this run is sound.`
      connection.run("INSERT INTO log (run_id, time, level, message) VALUES (?, ?, 'warning', ?)", [runId, at, message])
    }
  })
}

const quarantinedRow = z
  .object({ run_id: runIdSchema.nullable(), what: z.string(), found_at: z.number() })
  .transform((row): Quarantined => ({ runId: row.run_id, what: row.what, foundAt: row.found_at }))

export function quarantined(connection: Connection): readonly Quarantined[] {
  return connection.all(quarantinedRow, 'SELECT run_id, what, found_at FROM quarantine ORDER BY id')
}

import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { sizeOf } from '../../core/checkpoint'
import { Turns } from '../../core/turns'
import type { Connection } from '../connection'
import { unpackFloatsAs } from '../floatBlob'
import { blobRow, blobTables, type BlobTable } from './blobTables'

/** A stored array that is not what was stored. */
export interface Damage {
  readonly table: string
  /** Number of the row. */
  readonly id: number
  /** Null where even that cannot be told any more. */
  readonly runId: RunId | null
  /** In words: 'loss, 400 points'. */
  readonly what: string
}

export interface Verification {
  /** Arrays whose SHA-256 was computed anew and compared. */
  readonly checked: number
  readonly damaged: readonly Damage[]
  /** Rows that point to a run or series that is not there. */
  readonly orphans: number
  /** What SQLite's own check says about the pages of the file; null when it finds nothing. */
  readonly pages: string | null
}

export interface VerifyOptions {
  readonly signal?: AbortSignal
  onProgress?(done: number, total: number): void
}

/**
 * Reads every stored array back and compares it with its checksum. SQLite's own check sees only the structure of the
 * pages: of bits flipped inside stored numbers it finds almost none.
 *
 * Hands the event loop a turn every few milliseconds. @throws what the signal was aborted with
 */
export async function verify(
  connection: Connection,
  { signal, onProgress }: VerifyOptions = {},
): Promise<Verification> {
  const total = blobTables.reduce((sum, { name }) => sum + count(connection, `SELECT count(*) AS n FROM ${name}`), 0)
  const damaged: Damage[] = []
  let checked = 0
  const turns = new Turns(signal)
  for (const table of blobTables) {
    for (const id of idsOf(connection, table)) {
      const damage = damageOf(connection, table, id)
      if (damage) damaged.push(damage)
      checked++
      if (await turns.pass()) onProgress?.(checked, total)
    }
  }
  onProgress?.(total, total)
  const orphans = count(connection, 'SELECT count(*) AS n FROM pragma_foreign_key_check')
  return { checked, damaged, orphans, pages: pageDamage(connection) }
}

/** Null when SQLite finds the file sound, else what it found first. 'quick' leaves out the order of the indexes. */
export function pageDamage(connection: Connection, depth: 'quick' | 'integrity' = 'integrity'): string | null {
  try {
    const answers = z.record(z.string(), z.string())
    const found = connection.get(answers, `PRAGMA ${depth}_check(1)`)
    const answer = found?.[`${depth}_check`] ?? 'the check gave no answer'
    return answer === 'ok' ? null : answer.replaceAll(/\s+/g, ' ')
  } catch (thrown) {
    return LabError.from(thrown).message
  }
}

function damageOf(connection: Connection, table: BlobTable, id: number): Damage | null {
  let [runId, what]: [RunId | null, string | null] = [null, null]
  try {
    const row = connection.get(
      blobRow,
      `SELECT ${table.run} AS run_id, ${table.what} AS what, ${table.dtype} AS dtype, ${table.shape} AS shape,
         t.data, t.digest
       FROM ${table.from} WHERE t.rowid = ?`,
      [id],
    )
    if (!row) return null
    runId = row.run_id
    what = row.what
    unpackFloatsAs(row.dtype, row, sizeOf(row.shape))
    return null
  } catch (thrown) {
    if (LabError.from(thrown).code !== 'storage') throw thrown
    return { table: table.name, id, runId, what: what ?? `row ${id} of ${table.name}` }
  }
}

function idsOf(connection: Connection, { name }: BlobTable): readonly number[] {
  return connection.all(z.object({ id: z.int() }), `SELECT rowid AS id FROM ${name} ORDER BY rowid`).map(({ id }) => id)
}

function count(connection: Connection, sql: string): number {
  return connection.get(z.object({ n: z.int() }), sql)?.n ?? 0
}

import Database from 'better-sqlite3'
import { z } from 'zod'
import { LabError } from '#shared/errors'
import { storageError } from './storageError'

/** One writer per project: held until released, and given back by the system when its process dies. */
export interface WriterLock {
  release(): void
}

const ownerRow = z.object({ pid: z.number(), opened_at: z.number() })

/**
 * Takes the right to write a project.
 *
 * The lock is the reserved lock of a small database beside the project. The operating system drops it with its process,
 * however that ends, so nothing stale is ever left to judge; the row inside only says who holds it, and stays readable
 * meanwhile. The file itself stays: removing it could let two writers hold two files of the same name.
 *
 * @throws LabError 'conflict' naming the process that holds it; 'storage' if the folder cannot be written
 */
export function acquireWriterLock(projectPath: string, name: string, now: number): WriterLock {
  let database: Database.Database | null = null
  try {
    database = new Database(`${projectPath}.lock`, { timeout: 0 })
    database.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER NOT NULL, opened_at INTEGER NOT NULL) STRICT')
    database.exec('BEGIN IMMEDIATE; DELETE FROM owner')
    database.prepare('INSERT INTO owner (pid, opened_at) VALUES (?, ?)').run(process.pid, now)
    database.exec('COMMIT; BEGIN IMMEDIATE')
  } catch (thrown) {
    const refusal = isBusy(thrown) ? heldByOther(database, name) : storageError(thrown, `${name}.lock`)
    database?.close()
    throw refusal
  }
  const held = database
  return { release: () => held.close() }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY')
}

function heldByOther(database: Database.Database | null, name: string): LabError {
  const owner = ownerRow.safeParse(database?.prepare('SELECT pid, opened_at FROM owner').get())
  const who = owner.success
    ? `process ${owner.data.pid} since ${new Date(owner.data.opened_at).toISOString()}`
    : 'another process'
  return new LabError(
    'conflict',
    `Project "${name}" is open in ${who}. Close it there, or open it for reading only.`,
    owner.success ? { pid: owner.data.pid } : {},
  )
}

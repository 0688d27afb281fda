import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { LabError } from '#shared/errors'
import type { Clock } from './clock'
import { openConnection, type Connection } from './connection'
import { backUpBeforeMigration } from './health/backups'
import { pageDamage } from './health/verify'
import { projectOn, type Project } from './project'
import { identify, migrate, notAProject, SCHEMA_VERSION } from './schema'
import { acquireWriterLock } from './writerLock'

export interface OpenOptions {
  readonly clock: Clock
  /** Look, but change nothing: works while another process writes. */
  readonly readOnly?: boolean
}

/**
 * Opens a project, and makes it when the file is not there yet.
 *
 * A file that must not be written (damaged, made by a newer version, no permission) is opened for reading only, and
 * `readOnlyReason` says why.
 *
 * @throws LabError 'bad-input' if the file is not a project; 'storage' if it cannot be read or made;
 *   'conflict' if another process is writing it
 */
export function openProject(path: string, { clock, readOnly = false }: OpenOptions): Project {
  const name = basename(path)
  checkPlace(path, readOnly)
  const existed = isFilled(path)
  if (existed) {
    const reason = readOnly ? 'it was opened without the right to write.' : reasonNotToWrite(path)
    if (reason) return openForReading(path, reason, clock)
  }
  const lock = acquireWriterLock(path, name, clock.now())
  try {
    const connection = openForWriting(path, clock)
    const project = projectOn(connection, { path, clock }, () => {
      if (connection.isOpen()) settle(connection)
      connection.close()
      lock.release()
    })
    // An import that was cut off by the end of its process.
    project.runs.turnAway()
    return project
  } catch (thrown) {
    lock.release()
    const damage = LabError.from(thrown)
    if (damage.code !== 'storage' || !existed) throw thrown
    return openForReading(path, damage.message, clock)
  }
}

function checkPlace(path: string, readOnly: boolean): void {
  const folder = dirname(path)
  if (!existsSync(folder)) {
    throw new LabError('storage', `There is no folder ${folder} for the project "${basename(path)}". Create it first.`)
  }
  if (!existsSync(path)) {
    if (readOnly) throw new LabError('not-found', `There is no project file ${path}. Check the name.`)
    if (!allowed(folder, constants.W_OK)) {
      throw new LabError(
        'storage',
        `Folder ${folder} cannot be written, so no project can be made in it. Choose another.`,
      )
    }
    return
  }
  if (!statSync(path).isFile()) throw notAProject(basename(path))
  if (!allowed(path, constants.R_OK)) {
    throw new LabError('storage', `Project file ${path} cannot be read. Check its permissions.`)
  }
}

function isFilled(path: string): boolean {
  return existsSync(path) && statSync(path).size > 0
}

function allowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/** Looks at a file before anything is changed in it; null when it may be written. */
function reasonNotToWrite(path: string): string | null {
  if (!allowed(path, constants.W_OK) || !allowed(dirname(path), constants.W_OK)) {
    return 'there is no permission to write the file or its folder.'
  }
  const connection = databaseAt(path, 'only looked at')
  try {
    const found = identified(connection)
    if (found.kind === 'new' || found.version <= SCHEMA_VERSION) return null
    return (
      `it was made by a newer Collapsar (format ${found.version}, this one writes ${SCHEMA_VERSION}). ` +
      'Update Collapsar to go on with it.'
    )
  } finally {
    connection.close()
  }
}

function identified(connection: Connection) {
  return ofDatabase(connection.name, () => identify(connection))
}

function databaseAt(path: string, readOnlyReason: string): Connection {
  return ofDatabase(basename(path), () => openConnection(path, readOnlyReason))
}

/** A file without SQLite's own header is no database at all, whatever its name says. */
function ofDatabase<T>(name: string, look: () => T): T {
  try {
    return look()
  } catch (thrown) {
    const error = LabError.from(thrown)
    throw error.details.sqlite === 'SQLITE_NOTADB' ? notAProject(name, error) : error
  }
}

function openForReading(path: string, reason: string, clock: Clock): Project {
  const connection = databaseAt(path, reason)
  try {
    if (identified(connection).kind === 'new') throw notAProject(connection.name)
    return projectOn(connection, { path, clock })
  } catch (thrown) {
    connection.close()
    throw thrown
  }
}

function openForWriting(path: string, clock: Clock): Connection {
  const connection = openConnection(path)
  try {
    const found = identify(connection)
    const damage = pageDamage(connection, 'quick')
    if (damage) {
      const advice = 'Copy it to a safe place and go on from a backup, or export what can still be read.'
      throw new LabError('storage', `the file is damaged (${damage}). ${advice}`)
    }
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    if (found.kind === 'new') migrate(connection, 0)
    else if (found.version < SCHEMA_VERSION) {
      backUpBeforeMigration(connection, path, found.version, clock)
      migrate(connection, found.version)
    }
    return connection
  } catch (thrown) {
    connection.close()
    throw thrown
  }
}

/** Leaves one plain file behind, which opens anywhere, read-only folders included. */
function settle(connection: Connection): void {
  try {
    connection.exec('PRAGMA journal_mode = DELETE')
  } catch (thrown) {
    // Someone still reads the file, or the disk is full: it stays in WAL mode, which is as safe.
    if (LabError.from(thrown).code !== 'storage') throw thrown
  }
}

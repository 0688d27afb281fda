import Database from 'better-sqlite3'
import { LabError } from '#shared/errors'

/**
 * A LabError for whatever went wrong below the store; `name` is the project's file name.
 * 'storage' for what the disk or the file refuses (the queue pauses), anything else keeps its code.
 */
export function storageError(thrown: unknown, name: string): LabError {
  if (!(thrown instanceof Database.SqliteError)) return LabError.from(thrown)
  const { code } = thrown
  const advice = Object.entries(adviceByCode).find(([prefix]) => code.startsWith(prefix))?.[1]
  if (advice) return new LabError('storage', `Project "${name}": ${advice}`, { sqlite: code }, { cause: thrown })
  return new LabError('internal', `Project "${name}": ${thrown.message}.`, { sqlite: code }, { cause: thrown })
}

const adviceByCode: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'the disk is full, so nothing more can be stored. Free some space; the queue goes on by itself.',
  SQLITE_IOERR: 'the disk reported an error. Check that the drive is connected and healthy.',
  SQLITE_READONLY: 'the file cannot be written. Check the permissions of the file and of its folder.',
  SQLITE_PERM: 'the file cannot be written. Check the permissions of the file and of its folder.',
  SQLITE_CANTOPEN: 'the file cannot be opened. Check that it is there and that you may read and write its folder.',
  SQLITE_BUSY: 'another program is using the file. Close it there and try again.',
  SQLITE_LOCKED: 'another program is using the file. Close it there and try again.',
  SQLITE_CORRUPT: 'the file is damaged. Copy it to a safe place and go on from a backup.',
  SQLITE_NOTADB: 'the file is damaged or not a Collapsar project.',
}

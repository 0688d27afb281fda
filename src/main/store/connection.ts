import { basename } from 'node:path'
import Database from 'better-sqlite3'
import type { z } from 'zod'
import { LabError } from '#shared/errors'
import { parseWith } from '#shared/spec'
import { faultPoint } from '../core/faultPoint'
import { defineFunctions } from './sqlFunctions'
import { storageError } from './storageError'

export type SqlValue = string | number | null | Uint8Array

/** One SQLite file: every row is parsed on the way out, every error is a LabError that names the file. */
export interface Connection {
  /** File name without its folder. */
  readonly name: string
  /** Why nothing can be written; null when writing is fine. */
  readonly readOnlyReason: string | null
  all<Row extends z.ZodType>(row: Row, sql: string, values?: readonly SqlValue[]): z.output<Row>[]
  /** The first row, null when there is none. */
  get<Row extends z.ZodType>(row: Row, sql: string, values?: readonly SqlValue[]): z.output<Row> | null
  run(sql: string, values?: readonly SqlValue[]): { readonly changes: number; readonly id: number }
  /** All or nothing; nested calls join the outer one. @throws LabError 'storage' when the disk refuses */
  transaction<T>(change: () => T): T
  /** Copies the whole database to a new file, step by step, while it is in use. */
  backup(path: string): Promise<void>
  /** Statements without values: schema changes and pragmas. */
  exec(sql: string): void
  isOpen(): boolean
  /** Closing twice is fine. */
  close(): void
}

/** Filter lines make statements of many shapes: the oldest are forgotten. */
const MOST_STATEMENTS = 500

/** @param readOnlyReason opens the file for reading only and is what attempts to write are told */
export function openConnection(path: string, readOnlyReason: string | null = null): Connection {
  const name = basename(path)
  const database = guarded(name, () => openDatabase(path, readOnlyReason !== null))
  const statements = new Map<string, Database.Statement>()

  function prepare(sql: string): Database.Statement {
    const known = statements.get(sql)
    if (known) return known
    const statement = database.prepare(sql)
    const [oldest] = statements.keys()
    if (oldest !== undefined && statements.size >= MOST_STATEMENTS) statements.delete(oldest)
    statements.set(sql, statement)
    return statement
  }

  function refuseWhenReadOnly(): void {
    if (readOnlyReason === null) return
    throw new LabError('storage', `Project "${name}" is open for reading only: ${readOnlyReason}`)
  }

  return {
    name,
    readOnlyReason,
    all: (row, sql, values = []) =>
      guarded(name, () => prepare(sql).all(...values)).map((found) => parseRow(row, found, name)),
    get(row, sql, values = []) {
      const found = guarded(name, () => prepare(sql).get(...values))
      return found === undefined ? null : parseRow(row, found, name)
    },
    run(sql, values = []) {
      refuseWhenReadOnly()
      const { changes, lastInsertRowid } = guarded(name, () => prepare(sql).run(...values))
      return { changes, id: Number(lastInsertRowid) }
    },
    transaction(change) {
      refuseWhenReadOnly()
      return guarded(name, () => {
        const isOutermost = !database.inTransaction
        const result = database
          .transaction(() => {
            faultPoint('transaction.begun')
            const changed = change()
            faultPoint('transaction.written')
            return changed
          })
          .immediate()
        if (isOutermost) faultPoint('transaction.committed')
        return result
      })
    },
    async backup(copy) {
      try {
        await database.backup(copy)
      } catch (thrown) {
        throw storageError(thrown, name)
      }
    },
    exec(sql) {
      guarded(name, () => database.exec(sql))
    },
    isOpen: () => database.open,
    close() {
      database.close()
    },
  }
}

function openDatabase(path: string, readOnly: boolean): Database.Database {
  const database = new Database(path, { readonly: readOnly, fileMustExist: readOnly, timeout: 2000 })
  try {
    // A project may come from someone else: functions named inside its schema must not run.
    database.pragma('trusted_schema = OFF')
    database.pragma('foreign_keys = ON')
    defineFunctions(database)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

function guarded<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw storageError(thrown, name)
  }
}

function parseRow<Row extends z.ZodType>(row: Row, found: unknown, name: string): z.output<Row> {
  try {
    return parseWith(row, found, 'row')
  } catch (cause) {
    const { message, details } = LabError.from(cause)
    throw new LabError('storage', `Project "${name}": a stored row cannot be read (${message}).`, details, { cause })
  }
}

import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { Clock } from '../clock'
import { openConnection, type Connection, type SqlValue } from '../connection'
import { openProject } from '../openProject'
import { verify } from './verify'
import { quarantine } from './quarantine'

export interface SalvagedTable {
  readonly table: string
  readonly copied: number
  /** Rows that belonged to something that could not be read. */
  readonly orphaned: number
  /** Whether a part of the table could not be read. */
  readonly incomplete: boolean
}

export interface Salvage {
  readonly tables: readonly SalvagedTable[]
  /** Arrays that came along but are not what was stored; they are in quarantine. */
  readonly quarantined: number
}

/**
 * Copies whatever can still be read of a damaged project into a new one. The damaged file is not touched.
 *
 * Rows are read in ranges that are halved around what cannot be read; rows left without their run are dropped, and every
 * array that came along is compared with its checksum.
 *
 * @throws LabError 'conflict' if the new file exists; 'storage' if not even the list of tables can be read
 */
export async function salvage(damagedPath: string, newPath: string, clock: Clock): Promise<Salvage> {
  if (existsSync(newPath)) {
    throw new LabError('conflict', `${newPath} is there already. Name a new file for what is salvaged.`)
  }
  if (!existsSync(damagedPath)) throw new LabError('not-found', `There is no project file ${damagedPath}.`)
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-salvage-'))
  openProject(newPath, { clock }).close()
  const rescued = openConnection(newPath)
  try {
    // A copy: opening a file may change it, and this one is the only one of its kind.
    const copy = join(folder, basename(damagedPath))
    copyFileSync(damagedPath, copy)
    if (existsSync(`${damagedPath}-wal`)) copyFileSync(`${damagedPath}-wal`, `${copy}-wal`)
    rescued.exec('PRAGMA foreign_keys = OFF')
    const tables = rescued.transaction(() => copyTables(copy, rescued))
    rescued.exec('PRAGMA foreign_keys = ON')
    const { damaged } = await verify(rescued)
    quarantine(rescued, damaged, clock.now())
    return { tables, quarantined: damaged.length }
  } catch (thrown) {
    rescued.close()
    for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(`${newPath}${suffix}`, { force: true })
    throw thrown
  } finally {
    rescued.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function copyTables(damagedPath: string, rescued: Connection): SalvagedTable[] {
  const damaged = openConnection(damagedPath, 'it is damaged.')
  try {
    const known = new Set(tablesOf(damaged))
    const copied = tablesOf(rescued)
      .filter((table) => known.has(table))
      .map((table) => ({ table, ...copyTable(damaged, rescued, table) }))
    // What refers to rows that did not come along is known only now.
    return copied.map((table) => withoutOrphans(rescued, table))
  } catch (cause) {
    const message = `Not even the list of tables of "${basename(damagedPath)}" can be read. Only a backup helps.`
    throw isUnreadable(cause) ? new LabError('storage', message, {}, { cause }) : cause
  } finally {
    damaged.close()
  }
}

const nameRow = z.object({ name: z.string() })
const countRow = z.object({ n: z.int() })
const anyRow = z.record(z.string(), z.union([z.string(), z.number(), z.null(), z.instanceof(Uint8Array)]))

function tablesOf(connection: Connection): string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
  return connection.all(nameRow, sql).map(({ name }) => name)
}

function columnsOf(connection: Connection, table: string): string[] {
  return connection.all(nameRow, 'SELECT name FROM pragma_table_info(?)', [table]).map(({ name }) => name)
}

/** So many questions about one table: behind a broken inner page every single row would be asked for. */
const MOST_ATTEMPTS = 20_000
/** Rows that are read at once: memory stays small, and one broken row costs few questions. */
const RANGE = 64

function copyTable(damaged: Connection, rescued: Connection, table: string): { copied: number; incomplete: boolean } {
  const theirs = new Set(columnsOf(damaged, table))
  const columns = columnsOf(rescued, table).filter((column) => theirs.has(column))
  const names = columns.join(', ')
  const insert = `INSERT OR IGNORE INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`
  let [attempts, copied, incomplete] = [MOST_ATTEMPTS, 0, false]

  /** Whether these rows could be read, and how many they were. */
  function attempt(where: string, values: readonly SqlValue[]): number | null {
    if (attempts-- <= 0) return null
    try {
      const rows = damaged.all(anyRow, `SELECT ${names} FROM ${table} ${where}`, values)
      for (const row of rows) {
        copied += rescued.run(
          insert,
          columns.map((column) => row[column] ?? null),
        ).changes
      }
      return rows.length
    } catch (thrown) {
      if (!isUnreadable(thrown)) throw thrown
      incomplete = true
      return null
    }
  }
  /** Halves a range of row numbers until it can be read or is a single row. */
  function copyRange(first: number, last: number): void {
    if (attempt('WHERE rowid BETWEEN ? AND ?', [first, last]) !== null || first >= last) return
    const middle = Math.floor((first + last) / 2)
    copyRange(first, middle)
    copyRange(middle + 1, last)
  }
  /** Without row numbers: row by row from one end up to what cannot be read. */
  function copyFromEnd(order: 'ASC' | 'DESC'): void {
    for (let read = 0; attempt(`ORDER BY ${columns[0]} ${order} LIMIT 1 OFFSET ?`, [read]) === 1; read++);
  }

  if (hasRowid(rescued, table)) {
    const last = lastRow(damaged, table)
    for (let first = 1; first <= last; first += RANGE) copyRange(first, Math.min(first + RANGE - 1, last))
  } else if (attempt('', []) === null) {
    copyFromEnd('ASC')
    copyFromEnd('DESC')
  }
  return { copied, incomplete: incomplete || attempts < 0 }
}

/** The largest row number; where it cannot be read, one that no table of a project is likely to reach. */
function lastRow(damaged: Connection, table: string): number {
  try {
    return damaged.get(countRow, `SELECT ifnull(max(rowid), 0) AS n FROM ${table}`)?.n ?? 0
  } catch (thrown) {
    if (!isUnreadable(thrown)) throw thrown
    return 2 ** 18
  }
}

function hasRowid(connection: Connection, table: string): boolean {
  const sql = "SELECT count(*) AS n FROM sqlite_schema WHERE name = ? AND sql LIKE '%WITHOUT ROWID%'"
  return connection.get(countRow, sql, [table])?.n === 0
}

function isUnreadable(thrown: unknown): boolean {
  return LabError.from(thrown).code === 'storage'
}

function withoutOrphans(connection: Connection, copied: Omit<SalvagedTable, 'orphaned'>): SalvagedTable {
  const { table } = copied
  const parents = connection.all(
    z.object({ table: z.string(), from: z.string(), to: z.string().nullable() }),
    `SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)`,
    [table],
  )
  const orphaned = parents.reduce((dropped, { table: parent, from, to }) => {
    const { changes } = connection.run(
      `DELETE FROM ${table} WHERE ${from} IS NOT NULL AND ${from} NOT IN (SELECT ${to ?? 'id'} FROM ${parent})`,
    )
    return dropped + changes
  }, 0)
  return { ...copied, copied: copied.copied - orphaned, orphaned }
}

import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { LabError } from '#shared/errors'
import { openConnection, type Connection } from './connection'
import { pageDamage } from './health/verify'
import { identify, migrate, SCHEMA_VERSION } from './schema'

/** A project file of someone else, to be read and never adopted. */
export interface Foreign {
  readonly connection: Connection
  close(): Promise<void>
}

/**
 * Opens a copy of a project file that may come from anyone. Its pages are checked by SQLite, and its schema must be, word
 * for word, the one that this program made in that version: no view, trigger, column or function of anyone's own. Only
 * then an older one is brought to the current schema. The file itself is never opened, let alone changed.
 *
 * @throws LabError 'bad-input' if it is no such project, is newer, or has another schema; 'storage' if it is damaged
 */
export async function openForeign(path: string): Promise<Foreign> {
  const name = basename(path)
  if (!existsSync(path)) throw new LabError('not-found', `There is no project file ${path}. Check the name.`)
  const folder = await mkdtemp(join(tmpdir(), 'collapsar-merge-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, name)
    await copyFile(path, copy)
    // What was committed last may still be beside it.
    if (existsSync(`${path}-wal`)) await copyFile(`${path}-wal`, `${copy}-wal`)
    const connection = openConnection(copy)
    try {
      bringUpToDate(connection)
    } catch (thrown) {
      connection.close()
      throw thrown
    }
    return {
      connection,
      async close() {
        connection.close()
        await remove()
      },
    }
  } catch (thrown) {
    await remove()
    throw LabError.from(thrown)
  }
}

function bringUpToDate(connection: Connection): void {
  connection.exec('PRAGMA cell_size_check = ON')
  const damage = pageDamage(connection, 'quick')
  if (damage) {
    const advice = 'Use "collapsar salvage" on it first, and merge what that saves.'
    throw new LabError('storage', `Project "${connection.name}" is damaged (${damage}). ${advice}`)
  }
  const found = identify(connection)
  const version = found.kind === 'new' ? 0 : found.version
  if (version < 1 || version > SCHEMA_VERSION) {
    const message = `"${connection.name}" has format ${version}, expected 1 to ${SCHEMA_VERSION}.`
    throw new LabError('bad-input', `${message} Update Collapsar, or choose another project.`)
  }
  refuseOtherSchema(connection, version)
  migrate(connection, version)
}

const schemaRow = z.object({ type: z.string(), name: z.string(), sql: z.string().nullable() })

function refuseOtherSchema(connection: Connection, version: number): void {
  const [ours, theirs] = [schemaOfVersion(version), schemaOf(connection)]
  const strange = [...theirs].find(([name, sql]) => ours.get(name) !== sql)?.[0]
  const missing = [...ours.keys()].find((name) => !theirs.has(name))
  if (strange === undefined && missing === undefined) return
  const what = strange === undefined ? `it has no ${missing}` : `its ${strange} is not the one that Collapsar makes`
  throw new LabError('bad-input', `"${connection.name}" is not merged: ${what}. Only untouched project files are.`)
}

function schemaOfVersion(version: number): ReadonlyMap<string, string | null> {
  const fresh = openConnection(':memory:')
  try {
    migrate(fresh, 0, version)
    return schemaOf(fresh)
  } finally {
    fresh.close()
  }
}

/** SQL by type and name. SQLite's own tables hold numbers only. */
function schemaOf(connection: Connection): ReadonlyMap<string, string | null> {
  const rows = connection.all(
    schemaRow,
    "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  )
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, sql]))
}

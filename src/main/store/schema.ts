import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { Connection } from './connection'
import { faultPoint } from '../core/faultPoint'
import { migrations } from './migrations/index'

/** 'CLPS': tells a Collapsar project from every other SQLite file. Never change it. */
const APPLICATION_ID = 0x434c5053
export const SCHEMA_VERSION = migrations.length

const header = z.object({ application_id: z.number(), user_version: z.number(), tables: z.number() })

/** What a file is: 'new' (nothing in it yet), or a project of some schema version. */
export type FileKind = { readonly kind: 'new' } | { readonly kind: 'project'; readonly version: number }

/** @throws LabError 'bad-input' if the file belongs to another program */
export function identify(connection: Connection): FileKind {
  const found = connection.get(
    header,
    `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) AS tables
     FROM pragma_application_id, pragma_user_version`,
  )
  if (found?.application_id === APPLICATION_ID) return { kind: 'project', version: found.user_version }
  if (found?.application_id === 0 && found.user_version === 0 && found.tables === 0) return { kind: 'new' }
  throw notAProject(connection.name)
}

export function notAProject(name: string, cause?: unknown): LabError {
  return new LabError(
    'bad-input',
    `"${name}" is not a Collapsar project. Choose a project file, or a new name to make one.`,
    {},
    { cause },
  )
}

/** Brings the schema to a version, the current one when none is given, each step all or nothing. */
export function migrate(connection: Connection, from: number, to = SCHEMA_VERSION): void {
  migrations.slice(from, to).forEach((migration, i) => {
    connection.transaction(() => {
      if (typeof migration === 'string') connection.exec(migration)
      else {
        connection.exec(migration.schema)
        migration.fill(connection)
      }
      faultPoint('migration.step')
      connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${from + i + 1}`)
    })
  })
}

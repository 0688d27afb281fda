import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { emptyComparison } from '#shared/comparison'
import type { RunId } from '#shared/ids'
import { newRunId } from '#main/core/newIds'
import { mergeProject } from '#main/store/mergeProject'
import { temporaryFolder } from '../../helpers/projects'
import { addRun, clock, emptyProject } from './bundles'
import { CASES, timeout, tryAll } from './fuzzing'
import { spoilt, type Dice } from './mutations'

it(`merges ${CASES} spoilt projects: a report or a typed error`, { timeout }, async () => {
  const folder = temporaryFolder()
  const { project: source, path } = emptyProject(folder)
  for (const number of [1, 2]) addRun(source, number)
  source.comparisons.save('both', { ...emptyComparison, runIds: [...source.runs.ids()] }, false, clock.now())
  source.close()
  const sound = readFileSync(path)
  const spoiltPath = join(folder, 'spoilt.clps')
  const reported = new Set<RunId>()
  const tally = await tryAll('projects', async (dice, project) => {
    writeFileSync(spoiltPath, dice.below(2) === 0 ? spoilt(sound, dice) : sound)
    if (dice.below(2) === 0) rewrite(spoiltPath, dice)
    const { refused } = await mergeProject(project, spoiltPath, { newId: newRunId })
    for (const { from } of refused) reported.add(from)
  })
  expect(tally.refused).toBeGreaterThan(0)
  expect(reported.size).toBeGreaterThan(0)
})

const VALUES = [
  "''", "'[1e9]'", "'[99999999,99999999]'", "'{'", "'[4]'", '-1', '9223372036854775807', 'NULL', "x'00'", 'zeroblob(70000)',
  "'running'", "'../../x'", '1e308', '@bomb',
] as const // prettier-ignore

/** 16 MiB of zeros in half a kilobyte. */
const BOMB = zstdCompressSync(new Uint8Array(2 ** 24))

/** Every table of the schema, those that are added later too. */
const TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"

/** Puts a strange value into one column of one table, past everything that the program checks. */
function rewrite(path: string, dice: Dice): void {
  try {
    const database = new Database(path)
    try {
      database.pragma('foreign_keys = OFF')
      const anyOf = (query: string) => {
        const names = database.prepare(query).pluck().all()
        return String(names[dice.below(names.length)])
      }
      const table = anyOf(TABLES)
      const column = anyOf(`SELECT name FROM pragma_table_info('${table}')`)
      const value = dice.of(VALUES)
      const statement = database.prepare(`UPDATE ${table} SET ${column} = ${value}`)
      if (value === '@bomb') statement.run({ bomb: BOMB })
      else statement.run()
    } finally {
      database.close()
    }
  } catch (thrown) {
    // A constraint of the schema, or a file that is spoilt already: then it stays as it is.
    if (!(thrown instanceof Database.SqliteError)) throw thrown
  }
}

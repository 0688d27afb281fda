import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { zstdCompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { newRunId } from '#main/core/newIds'
import { openConnection, type Connection } from '#main/store/connection'
import { mergeProject } from '#main/store/mergeProject'
import { projectOn, type Project } from '#main/store/project'
import { migrate } from '#main/store/schema'
import { temporaryFolder } from '../../helpers/projects'
import { addRun, bundleFile, clock, emptyProject, importFile } from './bundles'
import { diceOf, reworked, spoilt, type Dice } from './mutations'

/** Half of them bundles, half project files; 100 000 by `COLLAPSAR_FUZZ=100000`. */
const CASES = Number(process.env['COLLAPSAR_FUZZ'] ?? 2000)
const FROM = Number(process.env['COLLAPSAR_FUZZ_FROM'] ?? 0)
const MOST_MS = 2000
const MOST_BYTES = 256 * 2 ** 20

const timeout = 200_000 + 200 * CASES

interface Tally {
  taken: number
  refused: number
  slowestMs: number
  /** What one case took beyond what the process had before it, of those that set a new peak. */
  mostBytes: number
}

/** Tries every case: it has to end in time, with a value or with a LabError that is no defect of ours. */
async function tryAll(work: (dice: Dice, project: Project) => unknown): Promise<Tally> {
  const tally = { taken: 0, refused: 0, slowestMs: 0, mostBytes: 0 }
  for (let seed = FROM; seed < FROM + CASES / 2; seed++) {
    const connection = openConnection(':memory:')
    migrate(connection, 0)
    const project = projectOn(connection, { path: ':memory:', clock })
    // Time of the processor: how long the neighbours keep this process waiting says nothing about the importer.
    const begin = process.cpuUsage()
    const [resident, peak] = [process.memoryUsage.rss(), peakBytes()]
    try {
      await work(diceOf(seed), project)
      tally.taken++
    } catch (thrown) {
      const error = thrown instanceof LabError ? thrown : null
      expect([seed, error?.code ?? thrown]).not.toEqual([seed, 'internal'])
      expect([seed, error ?? thrown]).toEqual([seed, expect.any(LabError)])
      // What was refused has left nothing behind.
      expect([seed, everyRow(connection)]).toEqual([seed, 0])
      tally.refused++
    } finally {
      const { user, system } = process.cpuUsage(begin)
      tally.slowestMs = Math.max(tally.slowestMs, (user + system) / 1000)
      if (peakBytes() > peak) tally.mostBytes = Math.max(tally.mostBytes, peakBytes() - resident)
      connection.close()
    }
  }
  expect(tally.slowestMs).toBeLessThan(MOST_MS)
  expect(tally.mostBytes).toBeLessThan(MOST_BYTES)
  return tally
}

/** Also of runs that are on their way in. */
function everyRow(connection: Connection): number {
  return connection.get(z.object({ n: z.int() }), 'SELECT count(*) AS n FROM runs')?.n ?? -1
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

/** The limit is on what the importer takes, not on how late rubbish is collected: the young generation stays small. */
setFlagsFromString('--max-semi-space-size=8')

it(`imports ${CASES / 2} spoilt bundles: a run or a typed error`, { timeout }, async () => {
  const folder = temporaryFolder()
  const { project: source } = emptyProject(folder)
  onTestFinished(() => source.close())
  addRun(source, 1)
  const file = join(folder, 'run.zip')
  const sound = await bundleFile(source, 1, file)
  const tally = await tryAll(async (dice, project) => {
    writeFileSync(file, dice.below(2) === 0 ? spoilt(sound, dice) : reworked(sound, dice))
    const { refused } = await importFile(project, file, newRunId)
    const [first] = refused
    if (first) throw new LabError('bad-input', first.reason)
  })
  // Some cases hit what carries no meaning; most must be noticed.
  expect(tally.refused).toBeGreaterThan(tally.taken)
  console.log(
    `bundles: ${tally.refused} refused, ${tally.taken} taken, slowest ${tally.slowestMs.toFixed(0)} ms, most ${(tally.mostBytes / 2 ** 20).toFixed(0)} MiB`,
  )
})

it(`merges ${CASES / 2} spoilt projects: a report or a typed error`, { timeout }, async () => {
  const folder = temporaryFolder()
  const { project: source, path } = emptyProject(folder)
  for (const number of [1, 2]) addRun(source, number)
  source.close()
  const sound = readFileSync(path)
  const spoiltPath = join(folder, 'spoilt.clps')
  const reported = new Set<RunId>()
  const tally = await tryAll(async (dice, project) => {
    writeFileSync(spoiltPath, dice.below(2) === 0 ? spoilt(sound, dice) : sound)
    if (dice.below(2) === 0) rewrite(spoiltPath, dice)
    const { refused } = await mergeProject(project, spoiltPath, { newId: newRunId })
    for (const { from } of refused) reported.add(from)
  })
  expect(tally.refused).toBeGreaterThan(0)
  expect(reported.size).toBeGreaterThan(0)
  console.log(
    `projects: ${tally.refused} refused, ${tally.taken} read, slowest ${tally.slowestMs.toFixed(0)} ms, most ${(tally.mostBytes / 2 ** 20).toFixed(0)} MiB`,
  )
})

const VALUES = [
  "''", "'[1e9]'", "'[99999999,99999999]'", "'{'", "'[4]'", '-1', '9223372036854775807', 'NULL', "x'00'", 'zeroblob(70000)',
  "'running'", "'../../x'", '1e308', '@bomb',
] as const // prettier-ignore

/** 16 MiB of zeros in half a kilobyte. */
const BOMB = zstdCompressSync(new Uint8Array(2 ** 24))

/** Puts a strange value into one column of one table, past everything that the program checks. */
function rewrite(path: string, dice: Dice): void {
  try {
    const database = new Database(path)
    try {
      database.pragma('foreign_keys = OFF')
      const tables = ['runs', 'texts', 'arrays', 'series', 'series_chunks', 'claims', 'log', 'checkpoints', 'checkpoint_arrays', 'annotations', 'run_tags', 'matrices', 'matrix_arrays', 'analyses', 'analysis_arrays'] as const // prettier-ignore
      const table = dice.of(tables)
      const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all()
      const column = String(columns[dice.below(columns.length)])
      const value = dice.of(VALUES)
      const assigned = `UPDATE ${table} SET ${column} = ${value} WHERE rowid >= 0`
      const statement = database.prepare(['runs', 'claims', 'run_tags', 'matrices'].includes(table) ? assigned.replace('rowid', "1") : assigned) // prettier-ignore
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

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openProject } from '#main/store/openProject'
import { SCHEMA_VERSION } from '#main/store/schema'
import { buildEntry } from '../../helpers/buildEntry'
import { runWriter } from '../../helpers/killedWriters'
import { failureOf, fixedClock, newRun, runId, shownRuns, temporaryFolder, vector } from '../../helpers/projects'

const clock = fixedClock()

function filledProject(): string {
  const path = join(temporaryFolder(), 'work.collapsar')
  const project = openProject(path, { clock })
  project.runs.enqueue(newRun(1))
  for (let step = 0; step < 200; step++) {
    const values = Array.from({ length: 64 }, (_, i) => Math.sin(i * step))
    project.records.append(runId(1), [vector('spectrum', step, values)])
  }
  project.close()
  return path
}

describe('openProject', () => {
  it('leaves one plain file that opens again with everything in it', () => {
    const path = filledProject()
    expect(existsSync(`${path}-wal`)).toBe(false)
    const project = openProject(path, { clock })
    onTestFinished(() => project.close())
    expect(project).toMatchObject({ name: 'work.collapsar', readOnlyReason: null })
    expect(project.runs.get(runId(1)).spec.name).toBe('run 1')
    expect(project.records.arrays(runId(1), 'spectrum', null)).toHaveLength(200)
  })

  it.each([
    ['a text file', (path: string) => writeFileSync(path, 'just some notes, longer than a header. '.repeat(40))],
    ["another program's database", (path: string) => new Database(path).exec('CREATE TABLE t (a)').close()],
  ])('refuses %s and leaves it as it was', (_what, make) => {
    const path = join(temporaryFolder(), 'foreign.db')
    make(path)
    const before = readFileSync(path)
    const error = failureOf(() => openProject(path, { clock }))
    expect(error).toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/"foreign.db" is not a Collapsar/),
    })
    expect(readFileSync(path)).toEqual(before)
  })

  it('refuses a folder', () => {
    const folder = temporaryFolder()
    expect(failureOf(() => openProject(folder, { clock })).code).toBe('bad-input')
  })

  it('names a missing folder', () => {
    const path = join(temporaryFolder(), 'nowhere', 'work.collapsar')
    const error = failureOf(() => openProject(path, { clock }))
    expect(error).toMatchObject({ code: 'storage', message: expect.stringMatching(/no folder .*nowhere.*Create it/) })
  })

  it('does not make a project that was to be read only', () => {
    const path = join(temporaryFolder(), 'absent.collapsar')
    expect(failureOf(() => openProject(path, { clock, readOnly: true })).code).toBe('not-found')
    expect(existsSync(path)).toBe(false)
  })

  it('opens a damaged file for reading only, and leaves it as it was', () => {
    const path = filledProject()
    const bytes = readFileSync(path)
    // Zeros over two pages behind the schema, which stays readable, as the header does.
    const begin = Math.floor((bytes.length * 0.8) / 4096) * 4096
    bytes.fill(0, begin, begin + 8192)
    writeFileSync(path, bytes)
    const project = openProject(path, { clock })
    expect(project.readOnlyReason).toMatch(/damaged .*backup/)
    expect(project.runs.get(runId(1)).status).toBe('pending')
    const refusal = failureOf(() => project.runs.enqueue(newRun(2)))
    expect(refusal).toMatchObject({ code: 'storage', message: expect.stringContaining('for reading only') })
    project.close()
    expect(readFileSync(path)).toEqual(bytes)
  })

  it('says that a truncated file is damaged, and leaves it as it was', () => {
    const path = filledProject()
    truncateSync(path, Math.floor(readFileSync(path).length / 4096 / 2) * 4096)
    const before = readFileSync(path)
    const error = failureOf(() => openProject(path, { clock }))
    expect(error).toMatchObject({ code: 'storage', message: expect.stringMatching(/damaged.*backup/) })
    expect(readFileSync(path)).toEqual(before)
  })

  it('opens a file of a newer version for reading only', () => {
    const path = filledProject()
    const database = new Database(path)
    database.pragma(`user_version = ${SCHEMA_VERSION + 1}`)
    database.close()
    const before = readFileSync(path)
    const project = openProject(path, { clock })
    expect(project.readOnlyReason).toMatch(/newer Collapsar.*Update/)
    expect(shownRuns(project)).toHaveLength(1)
    project.close()
    expect(readFileSync(path)).toEqual(before)
  })

  it('lets others read while one process writes', () => {
    const path = filledProject()
    const writer = openProject(path, { clock })
    onTestFinished(() => writer.close())
    writer.runs.enqueue(newRun(2))
    const reader = openProject(path, { clock, readOnly: true })
    onTestFinished(() => reader.close())
    expect(shownRuns(reader)).toEqual([runId(2), runId(1)])
  })
})

describe.skipIf(process.platform === 'win32')('a folder without write permission', () => {
  let entry: Awaited<ReturnType<typeof buildEntry>>
  beforeAll(async () => void (entry = await buildEntry('storeWriter')))
  afterAll(() => entry.remove())

  it('has its project opened for reading only, and takes no new one', async () => {
    const path = filledProject()
    const folder = dirname(path)
    chmodSync(folder, 0o555)
    onTestFinished(() => chmodSync(folder, 0o755))
    const { lines } = await runWriter(entry.path, [path, 'openUnprivileged'])
    expect(lines).toEqual([
      expect.stringMatching(/^1 runs: there is no permission to write/),
      expect.stringMatching(/cannot be written, so no project can be made in it/),
    ])
  })
})

describe('the writer lock', () => {
  it('names the process that has the project open, and is free again afterwards', () => {
    const path = filledProject()
    const first = openProject(path, { clock })
    const error = failureOf(() => openProject(path, { clock }))
    expect(error).toMatchObject({ code: 'conflict', details: { pid: process.pid } })
    expect(error.message).toMatch(new RegExp(`process ${process.pid} since 2023-11-14.*Close it there`))
    first.close()
    openProject(path, { clock }).close()
  })

  it('is held against another process, and taken over when that process is killed', async () => {
    const path = filledProject()
    const holder = spawn(
      process.execPath,
      ['-e', HOLDER, createRequire(import.meta.url).resolve('better-sqlite3'), path],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(holder.stdout, 'data')
    const error = failureOf(() => openProject(path, { clock }))
    expect(error).toMatchObject({ code: 'conflict', details: { pid: holder.pid } })
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const project = openProject(path, { clock })
    expect(project.readOnlyReason).toBeNull()
    project.close()
  })

  it('does not stand in the way of a copy of an open project', () => {
    const path = filledProject()
    const original = openProject(path, { clock })
    onTestFinished(() => original.close())
    const copy = join(temporaryFolder(), 'copy.collapsar')
    cpSync(path, copy)
    const project = openProject(copy, { clock })
    expect(project.readOnlyReason).toBeNull()
    project.close()
  })
})

/** Takes the lock as acquireWriterLock does, from a process of its own, and stays. */
const HOLDER = `
const [sqlite, path] = process.argv.slice(1)
const lock = require(sqlite)(path + '.lock')
lock.exec('BEGIN IMMEDIATE; DELETE FROM owner')
lock.prepare('INSERT INTO owner VALUES (?, 1700000000000)').run(process.pid)
lock.exec('COMMIT; BEGIN IMMEDIATE')
console.log('held')
setInterval(() => lock.inTransaction, 1000)
`

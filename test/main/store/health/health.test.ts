import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { blobTables } from '#main/store/health/blobTables'
import { backupFolder } from '#main/store/health/backups'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'
import { brokenPromises } from '../../../helpers/killedWriters'
import { failureOf, fixedClock, newRun, runId, scalar, temporaryFolder, vector } from '../../../helpers/projects'

const clock = fixedClock()

function open(path: string): Project {
  const project = openProject(path, { clock })
  onTestFinished(() => project.close())
  return project
}

/** Two runs with a spectrum of ten steps each, and a loss. */
function filledProject(): { path: string; project: Project } {
  const path = join(temporaryFolder(), 'work.clps')
  const project = open(path)
  for (const number of [1, 2]) {
    project.runs.enqueue(newRun(number))
    for (let step = 0; step < 10; step++) {
      const values = Array.from({ length: 32 }, (_, i) => Math.sin(number * i * step))
      project.records.append(runId(number), [vector('spectrum', step, values), scalar('loss', step, 1 / (1 + step), 2)])
    }
    project.runs.end(runId(number), { status: 'completed', step: 9, error: null, at: clock.now() })
    project.records.compact(runId(number))
  }
  return { path, project }
}

/** Flips one bit of one stored array, as a failing disk would, past SQLite's own structures. */
function flipBit(path: string, sql: string): void {
  const database = new Database(path)
  database.function('flipped', (data: unknown) => {
    if (!(data instanceof Uint8Array)) throw new TypeError('expected a blob')
    const copy = Buffer.from(data)
    const middle = Math.floor(copy.length / 2)
    copy[middle] = (copy[middle] ?? 0) ^ 4
    return copy
  })
  expect(database.prepare(sql).run().changes).toBe(1)
  database.close()
}

describe('Verify', () => {
  it('knows every table that stores checksums', () => {
    const { path } = filledProject()
    const database = new Database(path, { readonly: true })
    onTestFinished(() => void database.close())
    const withDigest = database
      .prepare(
        `SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND c.name = 'digest' AND m.name <> 'quarantine' ORDER BY m.name`,
      )
      .pluck()
      .all()
    expect(blobTables.map(({ name }) => name).sort()).toEqual(withDigest)
    for (const { name, columns } of blobTables) {
      const all = database.prepare(`SELECT name FROM pragma_table_info('${name}')`).pluck().all()
      expect([...columns, 'data', 'digest'].sort()).toEqual(all.sort())
    }
  })

  it('finds a sound project sound, and says how far it is', async () => {
    const { project } = filledProject()
    const progress: number[][] = []
    const found = await project.health.verify({ onProgress: (...step) => progress.push(step) })
    expect(found).toEqual({ checked: 22, damaged: [], orphans: 0, pages: null })
    expect(progress.at(-1)).toEqual([22, 22])
  })

  it('names each damaged array; in quarantine it no longer stands in the way', async () => {
    const { path, project } = filledProject()
    flipBit(path, `UPDATE arrays SET data = flipped(data) WHERE run_id = '${runId(1)}' AND step = 3`)
    flipBit(path, `UPDATE series_chunks SET data = flipped(data) WHERE id = (SELECT max(id) FROM series_chunks)`)
    const { damaged } = await project.health.verify()
    expect(damaged).toMatchObject([
      { table: 'arrays', runId: runId(1), what: 'spectrum at step 3' },
      { table: 'series_chunks', runId: runId(2), what: 'loss of layer 2, 10 points' },
    ])
    expect(failureOf(() => project.records.arrays(runId(1), 'spectrum', null)).message).toMatch(/damaged/)
    project.health.quarantine(damaged, clock.now())
    expect(project.records.arrays(runId(1), 'spectrum', null).map(({ step }) => step)).toEqual([
      0, 1, 2, 4, 5, 6, 7, 8, 9,
    ])
    expect(project.log.of(runId(1)).map(({ message }) => message)).toEqual([
      'A damaged array was put into quarantine: spectrum at step 3. Everything else of this run is sound.',
    ])
    expect(project.health.quarantined()).toHaveLength(2)
    expect(await project.health.verify()).toMatchObject({ damaged: [], orphans: 0 })
  })

  it('stops when asked to', async () => {
    const { project } = filledProject()
    const large = Array.from({ length: 200_000 }, (_, i) => Math.sin(i ** 2))
    for (let step = 0; step < 20; step++) project.records.append(runId(1), [vector('noise', step, large)])
    const abort = new AbortController()
    const verifying = project.health.verify({ signal: abort.signal, onProgress: () => abort.abort() })
    await expect(verifying).rejects.toThrow(/abort/)
  })
})

describe('backups', () => {
  it('are verified copies that open by themselves; the oldest beyond five go', async () => {
    const { path, project } = filledProject()
    for (let day = 0; day < 7; day++) {
      clock.advance(86_400_000)
      await project.health.backUp()
    }
    const backups = project.health.backups()
    expect(backups).toHaveLength(5)
    const copy = open(join(backupFolder(path), backups[0]?.name ?? ''))
    expect(copy.runs.list().map(({ id }) => id)).toEqual(project.runs.list().map(({ id }) => id))
    expect(copy.records.arrays(runId(2), 'spectrum', null)).toEqual(project.records.arrays(runId(2), 'spectrum', null))
  })

  it('are not kept when the project is damaged, and say so', async () => {
    const { path, project } = filledProject()
    const sound = await project.health.backUp()
    flipBit(path, `UPDATE arrays SET data = flipped(data) WHERE run_id = '${runId(1)}' AND step = 3`)
    clock.advance(1000)
    await expect(project.health.backUp()).rejects.toThrow(/not sound \(spectrum at step 3\).*Verify/)
    expect(readdirSync(backupFolder(path))).toEqual([sound.name])
  })

  it('are made before the format of a project changes, and nothing of it is lost', async () => {
    const path = join(temporaryFolder(), 'work.clps')
    cpSync(new URL('../../../fixtures/format1.clps', import.meta.url), path)
    const upgraded = open(path)
    expect(upgraded.runs.list().map(({ id, status }) => [id, status])).toEqual(
      [3, 2, 1].map((number) => [runId(number), 'completed']),
    )
    expect(brokenPromises(upgraded, ['batch 1 1', 'batch 2 1', 'batch 3 1'])).toEqual([])
    expect(upgraded.log.of(runId(2)).map(({ message }) => message)).toEqual(['run 2 of the first format'])
    expect(upgraded.claims.of(runId(3))).toHaveLength(1)
    const [backup, ...others] = upgraded.health.backups()
    expect([backup?.name, others]).toEqual([expect.stringMatching(/-format1\.clps$/), []])
    const old = new Database(join(backupFolder(path), backup?.name ?? ''), { readonly: true })
    onTestFinished(() => void old.close())
    expect(old.pragma('user_version', { simple: true })).toBe(1)
    expect(old.prepare('SELECT count(*) FROM arrays').pluck().get()).toBe(30)
  })
})

describe('the bin', () => {
  it('is emptied for good, and only of what is in it', () => {
    const { project } = filledProject()
    project.runs.setBinned([runId(1)], clock.now())
    expect(project.health.sizes()).toMatchObject({ binnedRuns: 1 })
    expect(failureOf(() => project.health.purge([runId(1), runId(2)]))).toMatchObject({ code: 'conflict' })
    expect(project.runs.get(runId(1)).id).toBe(runId(1))
    project.health.purge([runId(1)])
    expect(failureOf(() => project.runs.get(runId(1))).code).toBe('not-found')
    expect(project.records.arrays(runId(1), 'spectrum', null)).toEqual([])
    expect(project.records.arrays(runId(2), 'spectrum', null)).toHaveLength(10)
  })

  it('gives its room back to the disk when the file is compacted', () => {
    const { project } = filledProject()
    const large = Array.from({ length: 100_000 }, (_, i) => Math.sin(i ** 2))
    project.records.append(runId(1), [vector('noise', 0, large)])
    project.runs.setBinned([runId(1)], clock.now())
    project.health.purge([runId(1)])
    const { fileBytes, freeBytes } = project.health.sizes()
    expect(freeBytes).toBeGreaterThan(large.length * 4)
    project.health.compact()
    expect(project.health.sizes().freeBytes).toBe(0)
    expect(project.health.sizes().fileBytes).toBeLessThanOrEqual(fileBytes)
  })

  it('shows where the bytes are', () => {
    const { project } = filledProject()
    const { largest, diskBytes } = project.health.sizes()
    expect(largest.map(({ runId: id }) => id).sort()).toEqual([runId(1), runId(2)])
    expect(largest[0]?.bytes).toBe(project.records.storedBytes(largest[0]?.runId ?? runId(0)))
    expect(diskBytes).toBeGreaterThan(0)
    expect(project.health.freeDiskBytes()).toBeGreaterThan(0)
  })
})

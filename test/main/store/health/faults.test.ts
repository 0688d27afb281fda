import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backupFolder } from '#main/store/health/backups'
import { openProject } from '#main/store/openProject'
import { SCHEMA_VERSION } from '#main/store/schema'
import { buildEntry } from '../../../helpers/buildEntry'
import { brokenPromises, runWriter } from '../../../helpers/killedWriters'
import { fixedClock, newRun, runId, temporaryFolder } from '../../../helpers/projects'
import { batchOf } from '../../../helpers/storeBatches'

const clock = fixedClock()

/** Three runs of two batches each. */
function filledProject(): string {
  const path = join(temporaryFolder(), 'work.clps')
  const project = openProject(path, { clock })
  for (const number of [1, 2, 3]) {
    project.runs.enqueue(newRun(number))
    for (const batch of [0, 1]) project.records.append(runId(number), batchOf(number, batch))
    project.runs.end(runId(number), { status: 'completed', step: 9, error: null, at: clock.now() })
  }
  project.close()
  return path
}

const whole = ['run 1', 'batch 1 1', 'run 2', 'batch 2 1', 'run 3', 'batch 3 1']

describe('a process that ends at a fault point', () => {
  let entry: Awaited<ReturnType<typeof buildEntry>>
  beforeAll(async () => void (entry = await buildEntry('storeWriter')))
  afterAll(() => entry.remove())

  it.each([
    ['transaction.begun:9', 3],
    ['transaction.written:9', 3],
    ['transaction.committed:9', 4],
  ])('%s leaves whole batches', async (fault, fewest) => {
    const path = filledProject()
    const { lines, signal } = await runWriter(entry.path, [path, 'batches'], { fault })
    expect(signal).toBe('SIGKILL')
    const project = openProject(path, { clock })
    expect(brokenPromises(project, [...whole, ...lines])).toEqual([])
    expect(project.records.arrays(runId(4), 'spectrum', null).length / 5).toBeGreaterThanOrEqual(fewest)
    project.close()
  })

  it.each(['backup.copied', 'backup.checked', 'backup.renamed'] as const)(
    '%s leaves the project whole, and no backup that is half one',
    async (fault) => {
      const path = filledProject()
      const { signal } = await runWriter(entry.path, [path, 'backup'], { fault })
      expect(signal).toBe('SIGKILL')
      const project = openProject(path, { clock })
      expect(brokenPromises(project, whole)).toEqual([])
      const listed = project.health.backups()
      expect(listed).toHaveLength(fault === 'backup.renamed' ? 1 : 0)
      for (const { name } of listed) {
        const backup = openProject(join(backupFolder(path), name), { clock, readOnly: true })
        expect(brokenPromises(backup, whole)).toEqual([])
        backup.close()
      }
      // The next one clears away what the dead process left.
      await project.health.backUp()
      project.close()
      expect(readdirSync(backupFolder(path)).filter((name) => name.includes('unfinished'))).toEqual([])
    },
  )

  it.each([
    ['file.written', 'old'],
    ['file.renamed', 'new'],
  ])('%s leaves the %s content of an exported file whole', async (fault, content) => {
    const path = filledProject()
    writeFileSync(`${path}.csv`, 'old')
    const { lines, signal } = await runWriter(entry.path, [path, 'write'], { fault })
    expect([lines, signal]).toEqual([[], 'SIGKILL'])
    expect(readFileSync(`${path}.csv`, 'utf8')).toBe(content)
  })

  it('purge.deleted leaves all runs or none', async () => {
    const path = filledProject()
    const { lines, signal } = await runWriter(entry.path, [path, 'purge'], { fault: 'purge.deleted' })
    expect([lines, signal]).toEqual([['binned 3'], 'SIGKILL'])
    const project = openProject(path, { clock })
    expect(brokenPromises(project, whole)).toEqual([])
    expect(project.health.sizes().binnedRuns).toBe(3)
    project.close()
    expect((await runWriter(entry.path, [path, 'purge'])).code).toBe(0)
  })

  it.each(['migration.backedUp', 'migration.step', 'migration.step:2', 'transaction.written', 'transaction.committed'])(
    '%s in a migration leaves a project that opens and is whole',
    async (fault) => {
      const path = firstFormat()
      const { signal } = await runWriter(entry.path, [path, 'open'], { fault })
      expect(signal).toBe('SIGKILL')
      const project = openProject(path, { clock })
      expect(brokenPromises(project, whole)).toEqual([])
      expect(project.health.backups().length).toBeGreaterThan(0)
      project.close()
      expect(versionOf(path)).toBe(SCHEMA_VERSION)
    },
  )
})

/** A project as the first format left it: three runs of two batches, each with its log and a claim. */
function firstFormat(): string {
  const path = join(temporaryFolder(), 'work.clps')
  cpSync(new URL('../../../fixtures/format1.clps', import.meta.url), path)
  return path
}

function versionOf(path: string): unknown {
  const database = new Database(path, { readonly: true })
  const version = database.pragma('user_version', { simple: true })
  database.close()
  return version
}

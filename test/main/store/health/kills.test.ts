import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProject } from '#main/store/openProject'
import { random } from '#main/compute/rng/random'
import { buildEntry } from '../../../helpers/buildEntry'
import { brokenPromises, runWriter } from '../../../helpers/killedWriters'
import { fixedClock, temporaryFolder } from '../../../helpers/projects'
import { repetitions } from '../../../helpers/repetitions'

const KILLS = repetitions('KILLS', 50)
const clock = fixedClock()

describe('a writer that is killed', () => {
  let entry: Awaited<ReturnType<typeof buildEntry>>
  beforeAll(async () => void (entry = await buildEntry('storeWriter')))
  afterAll(() => entry.remove())

  it(`loses no acknowledged batch and tears none, ${KILLS} times`, { timeout: 5_000 * KILLS }, async () => {
    const path = join(temporaryFolder(), 'work.clps')
    const waits = random(1, 'kills').uniform(KILLS)
    for (const wait of waits) {
      const { lines, signal } = await runWriter(entry.path, [path, 'batches'], { killAfter: 80 * wait })
      expect(signal).toBe('SIGKILL')
      const project = openProject(path, { clock })
      try {
        expect(project.readOnlyReason).toBeNull()
        expect(brokenPromises(project, lines)).toEqual([])
      } finally {
        project.close()
      }
    }
    const project = openProject(path, { clock })
    expect(await project.health.verify()).toMatchObject({ damaged: [], orphans: 0, pages: null })
    expect(project.runs.list()).toHaveLength(KILLS)
    project.close()
  })
})

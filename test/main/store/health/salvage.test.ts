import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { salvage } from '#main/store/health/salvage'
import { openProject } from '#main/store/openProject'
import { fixedClock, newRun, runId, temporaryFolder } from '../../../helpers/projects'
import { batchOf } from '../../../helpers/storeBatches'

const clock = fixedClock()
const RUNS = 20
const BATCHES = 4

function filledProject(): string {
  const path = join(temporaryFolder(), 'work.clps')
  const project = openProject(path, { clock })
  for (let number = 1; number <= RUNS; number++) {
    project.runs.enqueue(newRun(number))
    for (let batch = 0; batch < BATCHES; batch++) project.records.append(runId(number), batchOf(number, batch))
  }
  project.close()
  return path
}

describe('salvage', () => {
  it.each([0.3, 0.5, 0.7, 0.9])('brings along what lies outside two broken pages, %s into the file', async (place) => {
    const path = filledProject()
    const bytes = readFileSync(path)
    const begin = Math.floor((bytes.length * place) / 4096) * 4096
    bytes.fill(0, begin, begin + 8192)
    writeFileSync(path, bytes)
    const rescued = join(temporaryFolder(), 'rescued.clps')
    const report = await salvage(path, rescued, clock)
    expect(report.tables.some(({ incomplete }) => incomplete)).toBe(true)
    const project = openProject(rescued, { clock })
    expect(project.readOnlyReason).toBeNull()
    expect(await project.health.verify()).toMatchObject({ damaged: [], orphans: 0, pages: null })
    const spectra = project.runs.list().flatMap(({ id }) => project.records.arrays(id, 'spectrum', null))
    expect(spectra.length).toBeGreaterThan(0.7 * RUNS * BATCHES * 5)
    expect(spectra.length).toBeLessThanOrEqual(RUNS * BATCHES * 5)
    const number = 1
    const expected = batchOf(number, 0)[1]
    const found = project.records.atOrBefore(runId(number), 'spectrum', null, 0)
    if (found) expect(found.data).toEqual(expected?.data)
    project.close()
    // The damaged file stays as it was.
    expect(readFileSync(path)).toEqual(bytes)
  })

  it('does not write over a file, and leaves none behind when there is nothing to read', async () => {
    const path = filledProject()
    await expect(salvage(path, path, clock)).rejects.toMatchObject({ code: 'conflict' })
    const bytes = readFileSync(path)
    bytes.fill(255, 100, 4096)
    writeFileSync(path, bytes)
    const rescued = join(temporaryFolder(), 'rescued.clps')
    await expect(salvage(path, rescued, clock)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/backup/),
    })
    expect(existsSync(rescued)).toBe(false)
  })
})

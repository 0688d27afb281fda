import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { random } from '#main/compute/rng/random'
import { openProject } from '#main/store/openProject'
import { brokenPromises } from '../../../helpers/killedWriters'
import { fixedClock, newRun, runId, temporaryFolder } from '../../../helpers/projects'
import { batchOf } from '../../../helpers/storeBatches'

const clock = fixedClock()
const CUTS = 40
const BATCHES = 12

it('opens whole batches, and all that were on the disk, wherever the write-ahead log ends after a power cut', () => {
  const folder = temporaryFolder()
  const path = join(folder, 'work.clps')
  const project = openProject(path, { clock })
  onTestFinished(() => project.close())
  project.runs.enqueue(newRun(1))
  /** Bytes of the log that were synced when a batch was acknowledged. */
  const synced: number[] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    project.records.append(runId(1), batchOf(1, batch))
    synced.push(readFileSync(`${path}-wal`).length)
  }
  const log = readFileSync(`${path}-wal`)
  const cuts = random(1, 'power cuts').uniform(CUTS)
  for (const [i, share] of [...cuts, 1].entries()) {
    const copy = join(folder, `cut${i}.clps`)
    const length = Math.floor(share * log.length)
    copyFileSync(path, copy)
    writeFileSync(`${copy}-wal`, log.subarray(0, length))
    const acknowledged = synced.findLastIndex((bytes) => bytes <= length)
    const opened = openProject(copy, { clock })
    const known = opened.runs.list().length
    const lines = acknowledged >= 0 ? ['run 1', `batch 1 ${acknowledged}`] : known > 0 ? ['run 1'] : []
    expect([length, opened.readOnlyReason, brokenPromises(opened, lines)]).toEqual([length, null, []])
    opened.close()
  }
})

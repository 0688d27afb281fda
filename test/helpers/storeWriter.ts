/**
 * A process of its own that writes to a project until it is killed: `storeWriter.mjs PROJECT JOB`. It acknowledges on
 * stdout what is committed, one line each; the reliability tests compare what they find afterwards with these lines.
 */
import { writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LabError } from '#shared/errors'
import { writeFileAtomically } from '#main/export/writeFileAtomically'
import { systemClock } from '#main/store/clock'
import { openConnection } from '#main/store/connection'
import { openProject } from '#main/store/openProject'
import { batchOf } from './storeBatches'
import { newRun, runId } from './storeRuns'

const [path = '', job = ''] = process.argv.slice(2)
const say = (line: string) => writeSync(1, `${line}\n`)

if (job === 'openUnprivileged' && process.getuid?.() === 0) {
  // Root may write everywhere. The native part of the store is loaded while its folder can still be read.
  openConnection(':memory:').close()
  process.setuid?.(65_534)
}
const project = openProject(path, { clock: systemClock })
const jobs: Readonly<Record<string, () => void | Promise<void>>> = {
  /** Batches of records, one transaction each, for ever. */
  batches() {
    const known = project.runs.list().length
    const number = known + 1
    project.runs.enqueue(newRun(number))
    say(`run ${number}`)
    for (let batch = 0; ; batch++) {
      project.records.append(runId(number), batchOf(number, batch))
      say(`batch ${number} ${batch}`)
    }
  },
  async backup() {
    const { name } = await project.health.backUp()
    say(`backup ${name}`)
  },
  purge() {
    const runs = project.runs.list().map(({ id }) => id)
    project.runs.setBinned(runs, 1)
    say(`binned ${runs.length}`)
    project.health.purge(runs)
    say(`purged ${runs.length}`)
  },
  /** Replaces the file beside the project that the test put there. */
  async write() {
    await writeFileAtomically(`${path}.csv`, 'new')
    say('written')
  },
  /** Opening alone: migrates an older file. */
  open() {
    say('opened')
  },
  /** What somebody meets whom permissions stop. */
  openUnprivileged() {
    say(`${project.runs.list().length} runs: ${project.readOnlyReason}`)
    try {
      openProject(join(dirname(path), 'new.clps'), { clock: systemClock })
    } catch (thrown) {
      say(LabError.from(thrown).message)
    }
  },
}
await jobs[job]?.()
project.close()

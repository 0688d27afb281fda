import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { dailyBackup } from '#main/service/dailyBackup'
import { systemClock } from '#main/store/clock'
import { openProject } from '#main/store/openProject'
import { newRun, temporaryFolder } from '../../helpers/projects'

const DAY_MS = 24 * 3600 * 1000
const silent = { write: () => undefined }

function project({ runs }: { readonly runs: number }) {
  const opened = openProject(join(temporaryFolder(), 'work.clps'), { clock: systemClock })
  onTestFinished(() => opened.close())
  for (let i = 0; i < runs; i++) opened.runs.enqueue(newRun(i))
  return opened
}
/** Milliseconds from now. */
const after = (ms: number) => ({ now: () => systemClock.now() + ms })

it('waits until the start is over, and is made at the latest when the service closes', async () => {
  const opened = project({ runs: 1 })
  const backup = dailyBackup(opened, systemClock, silent)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(opened.health.backups()).toEqual([])
  await backup.close()
  expect(opened.health.backups()).toHaveLength(1)
})

it('is made once a day', async () => {
  const opened = project({ runs: 1 })
  for (const later of [0, DAY_MS - 60_000]) await dailyBackup(opened, after(later), silent).close()
  expect(opened.health.backups()).toHaveLength(1)
  await dailyBackup(opened, after(DAY_MS + 60_000), silent).close()
  expect(opened.health.backups()).toHaveLength(2)
})

it('is not made of a project without runs', async () => {
  const opened = project({ runs: 0 })
  await dailyBackup(opened, systemClock, silent).close()
  expect(opened.health.backups()).toEqual([])
})

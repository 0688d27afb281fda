import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '#shared/errors'
import type { Log } from '../core/log'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'

/** A project that was used for a day without a backup gets one when it is opened. */
const BACKUP_EVERY_MS = 24 * 3600 * 1000
/** So long after opening: copying a project and checking the copy would hold up what a window shows first. */
const SETTLED_MS = 10_000

/**
 * Makes the backup that is due, after a while or at the latest when it is closed. One that fails is made at the next
 * opening.
 */
export function dailyBackup(project: Project, clock: Clock, log: Log): { close(): Promise<void> } {
  if (!isDue(project, clock.now())) return { close: async () => undefined }
  const ending = new AbortController()
  const made = settled(ending.signal)
    .then(() => project.health.backUp())
    .then(
      () => log.write('info', 'Made a backup of the project.'),
      (error: unknown) => log.write('error', LabError.from(error).message),
    )
  return {
    async close() {
      ending.abort()
      await made
    },
  }
}

/** The project has runs, and none was made for a day. */
function isDue(project: Project, now: number): boolean {
  const [latest] = project.health.backups()
  if (latest && now - latest.madeAt < BACKUP_EVERY_MS) return false
  return Object.values(project.runQueries.statusCounts().counts).some((runs) => runs > 0)
}

/** @param signal cuts the wait short */
async function settled(signal: AbortSignal): Promise<void> {
  try {
    await sleep(SETTLED_MS, undefined, { signal, ref: false })
  } catch (thrown) {
    if (!signal.aborted) throw thrown
  }
}

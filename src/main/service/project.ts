import type { ProjectHealth, ProjectRequests, VerificationState } from '#shared/contract/project'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { Clock } from '../store/clock'
import type { Verification } from '../store/health/verify'
import type { Project } from '../store/project'
import { dayOf } from './dayOf'

export interface ProjectCare {
  readonly project: Project
  readonly clock: Clock
  readonly diagnostics: ((health: ProjectHealth) => Promise<Uint8Array>) | undefined
  /** @throws LabError 'storage' if the project is open for reading only */
  requireWriting(): void
  onChanged(runId: RunId): void
}

type ProjectHandlers = {
  readonly [M in keyof ProjectRequests]: (input: ProjectRequests[M]['input']) => Promise<ProjectRequests[M]['output']>
}

/** The calls that keep a project sound. */
export function projectHandlers({ project, clock, diagnostics, requireWriting, onChanged }: ProjectCare): {
  readonly handlers: ProjectHandlers
  /** Stops what is going on. */
  close(): Promise<void>
} {
  const { health } = project
  let progress: VerificationState['progress'] = null
  let found: Verification | null = null
  let error: VerificationState['error'] = null
  let stop = new AbortController()
  let running: Promise<void> = Promise.resolve()

  const overview = (): ProjectHealth => ({
    ...health.sizes(),
    backups: health.backups(),
    quarantined: health.quarantined(),
  })

  async function verify(): Promise<void> {
    stop = new AbortController()
    progress = { done: 0, total: 0 }
    error = null
    try {
      found = await health.verify({
        signal: stop.signal,
        onProgress: (done, total) => (progress = { done, total }),
      })
    } catch (thrown) {
      if (!stop.signal.aborted) error = LabError.from(thrown).toData()
    } finally {
      progress = null
    }
  }

  const handlers: ProjectHandlers = {
    'project.health': async () => overview(),
    'project.verify': async () => {
      if (!progress) running = verify()
      return null
    },
    'project.stopVerifying': async () => {
      stop.abort()
      return null
    },
    'project.verification': async () => ({ progress, report: found, error }),
    'project.quarantine': async () => {
      requireWriting()
      const damaged = found?.damaged ?? []
      health.quarantine(damaged, clock.now())
      for (const { runId } of damaged) if (runId) onChanged(runId)
      found = null
      return { arrays: damaged.length }
    },
    'project.backUp': async () => {
      requireWriting()
      await health.backUp()
      return null
    },
    'project.purge': async ({ runIds }) => {
      requireWriting()
      const purged = runIds ?? health.binned()
      health.purge(purged)
      for (const runId of purged) onChanged(runId)
      return { runs: purged.length }
    },
    'project.diagnostics': async () => {
      if (!diagnostics)
        throw new LabError('unavailable', 'This host keeps no log; use the workbench or its command line.')
      return { name: `collapsar-diagnostics-${dayOf(clock.now())}.zip`, bytes: await diagnostics(overview()) }
    },
    'project.compact': async () => {
      requireWriting()
      health.compact()
      return null
    },
  }
  return {
    handlers,
    async close() {
      stop.abort()
      await running
    },
  }
}

import type { CheckpointRequests } from '#shared/contract/checkpoints'
import type { Handlers } from '#shared/contract/index'
import type { Scheduler } from '../jobs/scheduler'
import type { Project } from '../store/project'

/** Stored states of runs, and going on from them. @param writing throws where the project is only read */
export function checkpointHandlers(
  project: Project,
  writing: () => Scheduler,
): Pick<Handlers, keyof CheckpointRequests> {
  return {
    'run.resume': async ({ runId }) => {
      writing().resume(project.runs.get(runId).id)
      return null
    },
    'run.states': async ({ runId }) => {
      const { id } = project.runs.get(runId)
      return { kept: project.checkpoints.steps(id), last: project.checkpoints.lastStep(id) }
    },
  }
}

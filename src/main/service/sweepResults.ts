import type { Handlers } from '#shared/contract/index'
import type { SweepResultRequests } from '#shared/contract/sweepResults'
import type { System } from '../core/system'
import { sweepResults } from '../jobs/sweepResults'
import type { Project } from '../store/project'

/** What sweeps came to. */
export function sweepResultHandlers(
  project: Project,
  systems: ReadonlyMap<string, System>,
): Pick<Handlers, keyof SweepResultRequests> {
  return { 'sweep.results': async ({ sweepId }) => sweepResults(project, systems, sweepId) }
}

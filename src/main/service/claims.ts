import type { ClaimRequests } from '#shared/contract/claims'
import type { Handlers } from '#shared/contract/index'
import type { ClaimDesk } from '../jobs/claimDesk'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'

/** Verdicts on claims that no run stands behind. @param desk throws where the project is only read */
export function claimHandlers(
  project: Project,
  clock: Clock,
  desk: () => ClaimDesk,
): Pick<Handlers, keyof ClaimRequests> {
  return {
    async 'claim.check'({ system, claimId }) {
      const result = await desk().check(system, claimId)
      project.claims.saveExact(system, result, clock.now())
      return result
    },
  }
}

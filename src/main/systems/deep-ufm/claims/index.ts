import type { Claim } from '#main/core/system'
import type { UfmParams } from '../params'
import { collapseClaims } from './collapse'
import { exactSolutionClaim } from './exactSolution'
import { hessianPartsClaim } from './hessianParts'
import { trajectoryClaim } from './trajectories'

/** Theory note 01, section 6: what configuration S, closed forms and reference trajectories are held to. */
export const ufmClaims: readonly Claim<UfmParams>[] = [
  ...collapseClaims,
  exactSolutionClaim,
  trajectoryClaim,
  hessianPartsClaim,
]

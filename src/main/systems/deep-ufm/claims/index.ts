import type { Claim } from '#main/core/system'
import type { UfmParams } from '../params'
import { collapseClaims } from './collapse'
import { endingClaims } from './endings'
import { endStateClaims } from './endStates'
import { exactSolutionClaim } from './exactSolution'
import { hessianPartsClaim } from './hessianParts'
import { prevalenceClaims } from './prevalence'
import { structureClaims } from './structurePoints'
import { trajectoryClaim } from './trajectories'
import { variantClaims } from './variants'

/** Theory notes 01, section 6, and 02, section e, in the order of their numbers. */
export const ufmClaims: readonly Claim<UfmParams>[] = [
  ...collapseClaims,
  exactSolutionClaim,
  ...endingClaims,
  ...variantClaims,
  trajectoryClaim,
  hessianPartsClaim,
  ...endStateClaims,
  ...prevalenceClaims,
  ...structureClaims,
].toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))

import type { Claim } from '#main/core/system'
import type { CollapseParams } from '../params'
import { beyondClaims } from './beyond'
import { linearClaims } from './linear'
import { runClaims } from './runs'

/** Theory note 05, S-B, C9 to C15. */
export const collapseClaims: readonly Claim<CollapseParams>[] = [...linearClaims, ...beyondClaims, ...runClaims]

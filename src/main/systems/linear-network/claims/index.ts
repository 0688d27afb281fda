import type { Claim } from '#main/core/system'
import type { NetworkParams } from '../params'
import { exactClaims } from './exact'
import { runClaims } from './runs'

/** Theory note 05, S-A, C1 to C8. */
export const networkClaims: readonly Claim<NetworkParams>[] = [...exactClaims, ...runClaims]

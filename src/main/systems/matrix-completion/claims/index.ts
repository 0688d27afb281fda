import type { Claim } from '#main/core/system'
import type { CompletionParams } from '../params'
import { completionOnlyClaims } from './completion'
import { factorisationClaims } from './factorisation'

/** Theory note 05, S-C, C16 to C22. */
export const completionClaims: readonly Claim<CompletionParams>[] = [...factorisationClaims, ...completionOnlyClaims]

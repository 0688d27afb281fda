import { z } from 'zod'
import type { ClaimResult } from '../records'

export interface ClaimRequests {
  /**
   * Checks a claim that no run stands behind (closed forms, or runs that it trains itself) and keeps the verdict. Answers
   * once it is there: in seconds, for a slow claim in minutes; claims that are asked for meanwhile wait their turn.
   */
  'claim.check': { input: { system: string; claimId: string }; output: ClaimResult }
}

const name = z.string().min(1).max(100)

export const claimSchemas = {
  'claim.check': z.strictObject({ system: name, claimId: name }),
} satisfies { [M in keyof ClaimRequests]: z.ZodType<ClaimRequests[M]['input']> }

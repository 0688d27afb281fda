import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { ClaimResult } from '#shared/records'
import type { ExactClaim } from '../core/system'
import { errorDataSchema } from '../store/columns'
import { systemById } from '../systems/registry'

/** What the service asks of a worker: to check a claim of a system that no run stands behind. */
export const checkClaimSchema = z.object({ type: z.literal('claim'), system: z.string(), claimId: z.string() })
export type CheckClaim = z.output<typeof checkClaimSchema>

const number = z.custom<number>((value) => typeof value === 'number', 'expected a number')
const resultSchema: z.ZodType<ClaimResult> = z.object({
  id: z.string(),
  title: z.string(),
  source: z.string(),
  holds: z.boolean(),
  checks: z.array(
    z.object({
      label: z.string(),
      measured: number,
      predicted: number.nullable(),
      relation: z.enum(['within', 'atMost', 'atLeast']),
      allowance: number,
      holds: z.boolean(),
    }),
  ),
})

/** What comes back, once. */
export const claimAnswerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('checked'), result: resultSchema }),
  z.object({ type: z.literal('unchecked'), error: errorDataSchema }),
])
export type ClaimAnswer = z.output<typeof claimAnswerSchema>

/** The verdict on a claim that no run stands behind; one of which nothing could be compared does not hold. */
export async function checkExactClaim(claim: ExactClaim): Promise<ClaimResult> {
  const { id, title, source } = claim
  const checks = await claim.check()
  return { id, title, source, checks, holds: checks.length > 0 && checks.every((check) => check.holds) }
}

/** Inside a worker: the same as a message. What goes wrong is an answer, never an exception. */
export async function executeClaim({ system, claimId }: Pick<CheckClaim, 'system' | 'claimId'>): Promise<ClaimAnswer> {
  try {
    const claim = systemById(system).claims.find(({ id }) => id === claimId)
    if (claim?.kind !== 'exact') {
      throw new LabError('not-found', `${system} has no claim ${claimId} that can be checked without a run.`)
    }
    return { type: 'checked', result: await checkExactClaim(claim) }
  } catch (thrown) {
    return { type: 'unchecked', error: LabError.from(thrown).toData() }
  }
}

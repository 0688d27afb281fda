import type { RunDetail } from '#shared/contract/index'
import type { System } from '../core/system'
import { checkExactClaim } from '../jobs/exactClaim'
import type { CheckedClaim } from './claimTable'
import type { CommandContext } from './command'

/** The claims that the service checked when the run ended. */
export function claimsOfRun(run: RunDetail): CheckedClaim[] {
  return run.claims.map((claim) => ({ ...claim, on: run.name }))
}

/** Closed forms against direct computation, without any training. */
export async function checkExactClaims(
  { terminal }: CommandContext,
  system: System,
  isWanted: (id: string, slow: boolean) => boolean,
): Promise<CheckedClaim[]> {
  const results: CheckedClaim[] = []
  for (const claim of system.claims) {
    if (claim.kind !== 'exact' || !isWanted(claim.id, claim.slow ?? false)) continue
    terminal.note(`Checking ${claim.id}: ${claim.title}\n`)
    results.push({ ...(await checkExactClaim(claim)), on: 'exact' })
  }
  return results
}

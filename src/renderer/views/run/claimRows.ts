import type { ClaimCheck, ClaimResult } from '#shared/records'
import { formatNumber } from '#charts/format'
import type { Table } from '#charts/toCsv'
import { words } from './words'

/** The claims as a table of numbers, one row per check. */
export function claimRows(claims: readonly ClaimResult[]): Table {
  return {
    columns: ['claim', 'title', 'check', 'predicted', 'measured', 'relation', 'allowance', 'holds', 'source'],
    rows: claims.flatMap((claim) =>
      claim.checks.map((check) => [
        claim.id,
        claim.title,
        check.label,
        check.predicted,
        check.measured,
        check.relation,
        check.allowance,
        check.holds ? 'yes' : 'no',
        claim.source,
      ]),
    ),
  }
}

/** A float64 has 15 to 17 significant digits. */
const mostDigits = 16

const signs: Readonly<Record<ClaimCheck['relation'], string>> = { within: '±', atMost: '≤', atLeast: '≥' }

/** '± 2·10⁻⁵', '≤ 4·10⁻⁷'; a bound gets the digits that tell it from what was measured: '≥ 0.999999999999'. */
export function allowanceText(check: ClaimCheck): string {
  return `${signs[check.relation]} ${formatNumber(check.allowance, digitsOf(check, 5))}`
}

/** With ten digits, or as many as tell it from its bound. */
export function measuredText(check: ClaimCheck): string {
  return formatNumber(check.measured, digitsOf(check, 10))
}

function digitsOf({ relation, measured, allowance }: ClaimCheck, least: number): number {
  if (relation === 'within' || measured === allowance) return least
  let digits = least
  while (digits < mostDigits && formatNumber(measured, digits) === formatNumber(allowance, digits)) digits++
  return digits
}

/** Why there is no claim to show. */
export function noClaimsText(active: boolean): string {
  return active ? words.noClaims.active : words.noClaims.ended
}

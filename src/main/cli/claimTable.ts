import { formatNumber } from '#charts/format'
import type { ClaimCheck, ClaimResult } from '#shared/records'
import { table } from './table'

/** A claim with what it was checked on: a run and its seed, or nothing for closed forms. */
export interface CheckedClaim extends ClaimResult {
  /** 'small, seed 0', or 'exact'. */
  readonly on: string
}

const RELATIONS: Readonly<Record<ClaimCheck['relation'], string>> = { within: '±', atMost: '≤', atLeast: '≥' }

/** One line per comparison: claim, what it was checked on, predicted, measured, allowance, verdict. */
export function claimTable(claims: readonly CheckedClaim[]): string {
  return checkTable(claims.flatMap((claim) => claim.checks.map((check) => ({ claim, check }))))
}

/** One line per claim: its tightest comparison, and how many more there are. For claims with hundreds of them. */
export function claimSummary(claims: readonly CheckedClaim[]): string {
  return checkTable(
    claims.flatMap((claim) => {
      const [check] = claim.checks.toSorted((a, b) => tightness(b) - tightness(a))
      if (!check) return []
      const others = claim.checks.length - 1
      return [
        { claim, check: others === 0 ? check : { ...check, label: `${check.label} (tightest of ${others + 1})` } },
      ]
    }),
  )
}

/** How much of its allowance a comparison uses: above 1 where it fails, NaN included. */
function tightness({ measured, predicted, relation, allowance, holds }: ClaimCheck): number {
  if (!holds) return Infinity
  if (relation === 'atLeast') return allowance / measured
  return Math.abs(measured - (relation === 'within' ? (predicted ?? 0) : 0)) / allowance
}

function checkTable(rows: readonly { claim: CheckedClaim; check: ClaimCheck }[]): string {
  return table(rows, [
    { title: 'claim', cell: ({ claim }) => claim.id },
    { title: 'on', cell: ({ claim }) => claim.on },
    { title: 'check', cell: ({ check }) => check.label },
    {
      title: 'predicted',
      cell: ({ check }) => (check.predicted === null ? '' : formatNumber(check.predicted, 7)),
      align: 'right',
    },
    { title: 'measured', cell: ({ check }) => formatNumber(check.measured, 7), align: 'right' },
    {
      title: 'allowance',
      cell: ({ check }) => `${RELATIONS[check.relation]} ${formatNumber(check.allowance, 3)}`,
      align: 'right',
    },
    { title: 'verdict', cell: ({ check }) => (check.holds ? 'holds' : 'FAILS') },
  ])
}

/** The count of claims that hold, after a line for each that could not be compared at all. */
export function verdictLines(claims: readonly CheckedClaim[]): string {
  const unchecked = claims.filter((claim) => claim.checks.length === 0)
  const held = claims.filter((claim) => claim.holds).length
  return [
    ...unchecked.map((claim) => `${claim.id} on ${claim.on}: FAILS, nothing could be compared.`),
    `${held} of ${claims.length} claims hold.`,
  ].join('\n')
}

import { z } from 'zod'
import type { RunId } from '#shared/ids'
import type { ClaimResult } from '#shared/records'
import { claimCheckSchema, flagColumn, jsonColumn, toJson } from './columns'
import type { Connection } from './connection'
import { version } from '../../../package.json'

/** A claim as it was checked. */
export interface Verdict {
  readonly system: string
  readonly result: ClaimResult
  readonly at: number
}

/** Verdicts on the claims of the runs. */
export interface Claims {
  /** Replaces an earlier verdict on the same claim by the same run. */
  save(runId: RunId, system: string, result: ClaimResult, at: number): void
  /** The verdict of this version on a claim that no run stands behind; replaces an earlier one. */
  saveExact(system: string, result: ClaimResult, at: number): void
  of(runId: RunId): readonly ClaimResult[]
  /** The same with what `save` was given beside them. */
  verdicts(runId: RunId): readonly Verdict[]
  /**
   * The latest verdict of each claim of a system, by claim id; runs in the bin do not count, nor what an earlier version
   * found without a run.
   */
  latest(system: string): Readonly<Record<string, boolean>>
  counts(runId: RunId): { readonly held: number; readonly checked: number }
}

const claimRow = z
  .object({
    claim_id: z.string(),
    title: z.string(),
    source: z.string(),
    holds: flagColumn,
    checks: jsonColumn(z.array(claimCheckSchema)),
    system: z.string(),
    checked_at: z.number(),
  })
  .transform(({ claim_id, system, checked_at, ...rest }): Verdict => ({
    system,
    result: { id: claim_id, ...rest },
    at: checked_at,
  }))

const countRow = z.object({ held: z.number(), checked: z.number() })

export function claimsOn(connection: Connection): Claims {
  const verdicts = (runId: RunId) =>
    connection.all(
      claimRow,
      `SELECT claim_id, title, source, holds, checks, system, checked_at FROM claims
       WHERE run_id = ? ORDER BY claim_id`,
      [runId],
    )

  return {
    save(runId, system, result, at) {
      connection.run(
        `INSERT INTO claims (run_id, system, claim_id, title, source, holds, checks, checked_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (run_id, claim_id) DO UPDATE SET
           title = excluded.title, source = excluded.source, holds = excluded.holds,
           checks = excluded.checks, checked_at = excluded.checked_at`,
        [runId, system, result.id, result.title, result.source, Number(result.holds), toJson(result.checks), at],
      )
    },

    saveExact(system, result, at) {
      connection.run(
        `INSERT OR REPLACE INTO exact_claims (system, claim_id, version, title, source, holds, checks, checked_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [system, result.id, version, result.title, result.source, Number(result.holds), toJson(result.checks), at],
      )
    },

    of: (runId) => verdicts(runId).map(({ result }) => result),
    verdicts,

    latest(system) {
      const rows = connection.all(
        z.object({ claim_id: z.string(), holds: flagColumn }),
        `SELECT claim_id, holds, checked_at, created_order FROM claims JOIN runs ON runs.id = run_id
         WHERE claims.system = ? AND binned_at IS NULL
         UNION ALL SELECT claim_id, holds, checked_at, 0 FROM exact_claims WHERE system = ? AND version = ?
         ORDER BY checked_at, created_order`,
        [system, system, version],
      )
      return Object.fromEntries(rows.map((row) => [row.claim_id, row.holds]))
    },

    counts: (runId) =>
      connection.get(countRow, 'SELECT total(holds) AS held, count(*) AS checked FROM claims WHERE run_id = ?', [
        runId,
      ]) ?? { held: 0, checked: 0 },
  }
}

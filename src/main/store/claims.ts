import { z } from 'zod'
import type { RunId } from '#shared/ids'
import type { ClaimResult } from '#shared/records'
import { claimCheckSchema, flagColumn, jsonColumn, runIdSchema, toJson } from './columns'
import type { Connection } from './connection'

/** Verdicts on the claims of the runs. */
export interface Claims {
  /** Replaces an earlier verdict on the same claim by the same run. */
  save(runId: RunId, system: string, result: ClaimResult, at: number): void
  of(runId: RunId): readonly ClaimResult[]
  /** The latest verdict of each claim of a system, by claim id; runs in the bin do not count. */
  latest(system: string): Readonly<Record<string, boolean>>
  /** How many claims were checked and held, by run. */
  counts(): ReadonlyMap<RunId, { readonly held: number; readonly checked: number }>
}

const claimRow = z
  .object({
    claim_id: z.string(),
    title: z.string(),
    source: z.string(),
    holds: flagColumn,
    checks: jsonColumn(z.array(claimCheckSchema)),
  })
  .transform(({ claim_id, ...rest }): ClaimResult => ({ id: claim_id, ...rest }))

const countRow = z.object({ run_id: runIdSchema, held: z.number(), checked: z.number() })

export function claimsOn(connection: Connection): Claims {
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

    of: (runId) =>
      connection.all(
        claimRow,
        'SELECT claim_id, title, source, holds, checks FROM claims WHERE run_id = ? ORDER BY claim_id',
        [runId],
      ),

    latest(system) {
      const rows = connection.all(
        z.object({ claim_id: z.string(), holds: flagColumn }),
        `SELECT claim_id, holds FROM claims JOIN runs ON runs.id = run_id
         WHERE claims.system = ? AND binned_at IS NULL ORDER BY checked_at, created_order`,
        [system],
      )
      return Object.fromEntries(rows.map((row) => [row.claim_id, row.holds]))
    },

    counts() {
      const sql = 'SELECT run_id, sum(holds) AS held, count(*) AS checked FROM claims GROUP BY run_id'
      return new Map(connection.all(countRow, sql).map(({ run_id, ...counts }) => [run_id, counts]))
    },
  }
}

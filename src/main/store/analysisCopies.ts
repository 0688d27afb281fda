import { z } from 'zod'
import { analysisSpecSchema } from '#shared/analysis'
import type { RunId } from '#shared/ids'
import { spectrumMetaSchema } from '#shared/records'
import type { FloatDtype } from '../core/checkpoint'
import { errorDataSchema, jsonColumn, levelsSchema, toJson } from './columns'
import type { Connection } from './connection'
import type { FloatBlob } from './floatBlob'
import type { AnalysisDocument } from './runContent'

/** The analyses of a run as they leave a project and come into one. */
export interface AnalysisCopies {
  /** Those that have ended, in the order in which they were asked for. */
  of(runId: RunId): readonly { readonly id: number; readonly head: AnalysisHead }[]
  /** All or nothing. */
  add(runId: RunId, head: AnalysisHead, arrays: readonly PackedNumbers[]): void
}

export type AnalysisHead = Omit<AnalysisDocument, 'arrays'>

export interface PackedNumbers {
  readonly name: string
  readonly dtype: FloatDtype
  readonly count: number
  readonly blob: FloatBlob
}

/**
 * What came from elsewhere must never be the answer to a question that somebody asks here: its hash is stored with the
 * run behind it, which no question has.
 */
const OWNER = '@'

const row = z
  .object({
    id: z.number(),
    step: z.number().nullable(),
    matrix: z.string(),
    spec: jsonColumn(analysisSpecSchema),
    input_hash: z.string().transform((hash) => hash.split(OWNER)[0] ?? hash),
    status: z.enum(['done', 'cancelled', 'interrupted', 'failed']),
    error: jsonColumn(errorDataSchema).nullable(),
    created_at: z.number(),
    ended_at: z.number().nullable(),
    meta: jsonColumn(spectrumMetaSchema).nullable(),
    levels: jsonColumn(levelsSchema).nullable(),
  })
  .transform(({ id, input_hash: inputHash, created_at: createdAt, ended_at: endedAt, ...rest }) => {
    return { id, head: { ...rest, inputHash, createdAt, endedAt } satisfies AnalysisHead }
  })

export function analysisCopiesOn(connection: Connection): AnalysisCopies {
  return {
    of: (runId) =>
      connection.all(
        row,
        `SELECT id, step, matrix, spec, input_hash, status, error, created_at, ended_at, meta, levels FROM analyses
         WHERE run_id = ? AND status NOT IN ('pending', 'running') ORDER BY id`,
        [runId],
      ),

    add: (runId, head, arrays) =>
      connection.transaction(() => {
        const { id } = connection.run(
          `INSERT INTO analyses
             (run_id, step, matrix, spec, input_hash, status, error, created_at, ended_at, meta, levels)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          // prettier-ignore
          [
            runId, head.step, head.matrix, toJson(head.spec), `${head.inputHash}${OWNER}${runId}`, head.status,
            head.error && toJson(head.error), head.createdAt, head.endedAt, head.meta && toJson(head.meta),
            head.levels && toJson(head.levels),
          ],
        )
        for (const { name, dtype, count, blob } of arrays) {
          connection.run(
            'INSERT INTO analysis_arrays (analysis_id, name, dtype, count, data, digest) VALUES (?, ?, ?, ?, ?, ?)',
            [id, name, dtype, count, blob.data, blob.digest],
          )
        }
      }),
  }
}

import { z } from 'zod'
import { analysisSpecSchema, type AnalysisDetail, type AnalysisMenu, type AnalysisSpecInput, type AnalysisSummary } from '../analysis' // prettier-ignore
import { runIdSchema as runId, type RunId } from '../ids'

/** Whether the answer was there already, or the same question is being worked on. */
export interface AnalysisStarted {
  readonly analysisId: number
  readonly known: boolean
}

export interface AnalysisRequests {
  /** What can be analysed of a run, at which of its stored states. */
  'analysis.choices': {
    input: { runId: RunId }
    output: AnalysisMenu & { readonly steps: readonly number[] }
  }
  /** At the last stored state where no step is given. A question that was answered before is not computed again. */
  'analysis.start': {
    input: { runId: RunId; step: number | null; spec: AnalysisSpecInput }
    output: AnalysisStarted
  }
  /** A symmetric matrix in NumPy's format, by the bytes of its file. */
  'analysis.startMatrix': {
    input: { name: string; bytes: Uint8Array; spec: Omit<AnalysisSpecInput, 'operator'> }
    output: AnalysisStarted
  }
  'analysis.cancel': { input: { analysisId: number }; output: null }
  /** Newest first; of a run, or those of matrices from files. */
  'analyses.list': { input: { runId: RunId | null }; output: readonly AnalysisSummary[] }
  'analysis.get': { input: { analysisId: number }; output: AnalysisDetail }
}

/** 512 MiB, a dense matrix of 8192: what the parser takes at most. */
const MOST_BYTES = 8192 * 8192 * 8 + 4096
const analysisId = z.int().min(1)

export const analysisSchemas = {
  'analysis.choices': z.strictObject({ runId }),
  'analysis.start': z.strictObject({ runId, step: z.int().min(0).nullable(), spec: analysisSpecSchema }),
  'analysis.startMatrix': z.strictObject({
    name: z.string().min(1).max(200),
    bytes: z.instanceof(Uint8Array).refine(({ length }) => length <= MOST_BYTES, 'at most 512 MiB'),
    spec: analysisSpecSchema.omit({ operator: true }),
  }),
  'analysis.cancel': z.strictObject({ analysisId }),
  'analyses.list': z.strictObject({ runId: runId.nullable() }),
  'analysis.get': z.strictObject({ analysisId }),
} satisfies { [M in keyof AnalysisRequests]: z.ZodType<AnalysisRequests[M]['input']> }

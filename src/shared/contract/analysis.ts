import { z } from 'zod'
import {
  analysisSpecSchema,
  type AnalysisDetail,
  type AnalysisMenu,
  type AnalysisSpecInput,
  type AnalysisSummary,
  type TrackedOutliers,
} from '../analysis'
import { runIdSchema as runId, type RunId } from '../ids'
import { outlierChoiceSchema, type OutlierChoice } from '../outlierChoice'
import { uploadSchema } from './uploads'

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
  /** A symmetric matrix in NumPy's format, by its uploaded file, which is forgotten. */
  'analysis.startMatrix': {
    input: { file: string; spec: Omit<AnalysisSpecInput, 'operator'> }
    output: AnalysisStarted
  }
  /** On from where an analysis of a matrix stopped. Files are not kept: `file` has to be the one that it began with. */
  'analysis.resumeMatrix': { input: { analysisId: number; file: string }; output: AnalysisStarted }
  /** Stored with it: what its outliers are counted by from now on. */
  'analysis.choose': { input: { analysisId: number; choice: OutlierChoice }; output: null }
  'analysis.cancel': { input: { analysisId: number }; output: null }
  /** Newest first; of a run, or those of matrices from files. */
  'analyses.list': { input: { runId: RunId | null }; output: readonly AnalysisSummary[] }
  'analysis.get': { input: { analysisId: number }; output: AnalysisDetail }
  /** A kept eigenvector, counted from 0; its entries are what `meta.eigenvectors.parts` says. */
  'analysis.vector': {
    input: { analysisId: number; rank: number }
    output: { readonly value: number; readonly vector: Float64Array }
  }
  /** Outliers by one choice followed through analyses that ask the same of several steps, with kept eigenvectors. */
  'analyses.track': { input: { analysisIds: readonly number[]; choice: OutlierChoice }; output: TrackedOutliers }
}

const analysisId = z.int().min(1)

export const analysisSchemas = {
  'analysis.choices': z.strictObject({ runId }),
  'analysis.start': z.strictObject({ runId, step: z.int().min(0).nullable(), spec: analysisSpecSchema }),
  'analysis.startMatrix': z.strictObject({
    file: uploadSchema,
    spec: analysisSpecSchema.omit({ operator: true }),
  }),
  'analysis.resumeMatrix': z.strictObject({ analysisId, file: uploadSchema }),
  'analysis.choose': z.strictObject({ analysisId, choice: outlierChoiceSchema }),
  'analysis.cancel': z.strictObject({ analysisId }),
  'analyses.list': z.strictObject({ runId: runId.nullable() }),
  'analysis.get': z.strictObject({ analysisId }),
  'analysis.vector': z.strictObject({ analysisId, rank: z.int().min(0) }),
  'analyses.track': z.strictObject({
    analysisIds: z.array(analysisId).min(2).max(200).readonly(),
    choice: outlierChoiceSchema,
  }),
} satisfies { [M in keyof AnalysisRequests]: z.ZodType<AnalysisRequests[M]['input']> }

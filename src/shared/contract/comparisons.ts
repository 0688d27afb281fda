import { z } from 'zod'
import { comparisonSchema, metricSchema, MOST_COMPARED_RUNS, type Comparison, type Metric } from '../comparison'
import { runIdSchema, type RunId } from '../ids'
import type { MeasuredRecord, Prediction, QuantityDefinition } from '../records'
import type { Provenance } from '../outcome'
import type { RunSpec } from '../spec'
import type { RunStatus, Series } from './index'
import type { RunColor } from './runs'

/** A run as a comparison sees it: how it was made, and what can be asked of it. */
export interface ComparedRun {
  readonly id: RunId
  readonly spec: RunSpec
  readonly status: RunStatus
  readonly step: number
  readonly provenance: Provenance | null
  readonly color: RunColor | null
  readonly scalars: readonly Metric[]
  /** Arrays with the steps at which they were measured, ascending. */
  readonly arrays: readonly (Metric & { readonly steps: Float64Array })[]
}

export interface ComparedRuns {
  /** In the order asked for. */
  readonly runs: readonly ComparedRun[]
  /** Asked for, but not in this project or in its bin. */
  readonly missing: readonly RunId[]
  /** What the runs measured, each quantity once. */
  readonly quantities: readonly QuantityDefinition[]
}

/** A prediction for one quantity as a function of one parameter, level by level. */
export interface TheoryOverParam {
  /** NaN where theory says nothing, or the parameter has no such value. */
  readonly levels: readonly { readonly label: string; readonly values: Float64Array }[]
  readonly formula: string
  readonly source: string
}

export interface SavedComparison {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly savedAt: number
  readonly comparison: Comparison
}

export interface ComparisonRequests {
  'comparison.runs': { input: { runIds: readonly RunId[] }; output: ComparedRuns }
  /** The curves of one metric; runs that did not measure it are left out. */
  'comparison.series': {
    input: { runIds: readonly RunId[] } & Metric
    output: readonly (Series & { readonly runId: RunId })[]
  }
  /** The array measured last at or before the step (null: of all), with what theory predicts for it. */
  'comparison.arrays': {
    input: { runIds: readonly RunId[]; step: number | null } & Metric
    output: readonly {
      readonly runId: RunId
      readonly record: MeasuredRecord
      readonly prediction: Prediction | null
    }[]
  }
  /** The prediction at the settings of a run, with one parameter moved over values; null where theory has none. */
  'comparison.theory': {
    input: { runId: RunId; param: string; values: readonly number[] } & Metric
    output: TheoryOverParam | null
  }
  /** Latest first. */
  'comparisons.list': {
    input: null
    output: readonly { readonly name: string; readonly savedAt: number; readonly runs: number }[]
  }
  'comparisons.get': { input: { name: string }; output: SavedComparison }
  /** @throws LabError 'conflict' if the name is taken and `replace` is false */
  'comparisons.save': { input: { name: string; comparison: Comparison; replace: boolean }; output: SavedComparison }
  'comparisons.remove': { input: { name: string }; output: null }
}

const runIds = z.array(runIdSchema).max(MOST_COMPARED_RUNS).readonly()
const metric = metricSchema.shape
export const MOST_COMPARISON_NAME = 200
/** Of a saved comparison. */
export const comparisonNameSchema = z
  .string()
  .max(MOST_COMPARISON_NAME)
  .refine((text) => text.trim() !== '', 'expected a name of 1 to 200 characters')

export const comparisonSchemas = {
  'comparison.runs': z.strictObject({ runIds }),
  'comparison.series': z.strictObject({ runIds, ...metric }),
  'comparison.arrays': z.strictObject({ runIds, ...metric, step: z.number().min(0).nullable() }),
  'comparison.theory': z.strictObject({
    runId: runIdSchema,
    param: z.string().max(100),
    values: z.array(z.number()).max(1000).readonly(),
    ...metric,
  }),
  'comparisons.list': z.null(),
  'comparisons.get': z.strictObject({ name: comparisonNameSchema }),
  'comparisons.save': z.strictObject({
    name: comparisonNameSchema,
    comparison: comparisonSchema,
    replace: z.boolean(),
  }),
  'comparisons.remove': z.strictObject({ name: comparisonNameSchema }),
} satisfies { [M in keyof ComparisonRequests]: z.ZodType<ComparisonRequests[M]['input']> }

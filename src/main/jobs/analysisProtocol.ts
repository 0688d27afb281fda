import { z } from 'zod'
import { analysisSpecSchema } from '#shared/analysis'
import { jsonObject } from '#shared/json'
import { spectrumMetaSchema } from '#shared/records'
import { runSpecSchema } from '#shared/spec'
import type { AnalysisResult, StoredSearch } from '../store/analyses'
import { errorDataSchema, levelsSchema } from '../store/columns'
import { loadedMatrixSchema } from './loadedMatrixSchema'
import { checkpointSchema, floatArraySchema } from './checkpointSchema'

const searchSchema: z.ZodType<StoredSearch> = z.object({
  facts: jsonObject,
  arrays: z.record(z.string(), floatArraySchema),
})

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes')

/** What the service asks of a worker: eigenvalues of a state of a run, or of a matrix from a file. */
export const analyseSchema = z.object({
  type: z.literal('analyse'),
  source: z.discriminatedUnion('kind', [
    /** `isLast`: theory speaks of this state. */
    z.object({ kind: z.literal('run'), spec: runSpecSchema, checkpoint: checkpointSchema, isLast: z.boolean(), matrices: z.array(loadedMatrixSchema) }), // prettier-ignore
    z.object({ kind: z.literal('matrix'), name: z.string(), bytes }),
  ]),
  spec: analysisSpecSchema,
  /** Where an earlier worker left the search. */
  resume: searchSchema.nullable(),
})
export type Analyse = z.output<typeof analyseSchema>

const doubles = z.custom<Float64Array>((value) => value instanceof Float64Array, 'expected float64 numbers')
const resultSchema: z.ZodType<AnalysisResult> = z.object({
  meta: spectrumMetaSchema,
  levels: levelsSchema.nullable(),
  eigenvalues: doubles,
  bottom: doubles,
  residuals: doubles,
  vectors: doubles.nullable(),
  quadrature: z.object({ nodes: doubles, weights: doubles }).nullable(),
  alignment: doubles.nullable(),
})

/**
 * What a worker tells about an analysis: progress and searches to go on from, the end, and then the last search where
 * there is one. A search is many megabytes: nobody waits for it to learn that a cancellation was heard.
 */
export const fromAnalysisSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    products: z.int().min(0),
    expected: z.int().min(0),
    converged: z.int().min(0),
    secondsLeft: z.number().nullable(),
  }),
  z.object({ type: z.literal('search'), search: searchSchema }),
  z.object({
    type: z.literal('analysed'),
    status: z.enum(['done', 'cancelled', 'failed']),
    result: resultSchema.nullable(),
    error: errorDataSchema.nullable(),
  }),
  /** Nothing more comes. */
  z.object({ type: z.literal('over') }),
])
export type FromAnalysis = z.output<typeof fromAnalysisSchema>
export type Analysed = Extract<FromAnalysis, { type: 'analysed' }>

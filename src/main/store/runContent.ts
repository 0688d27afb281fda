import { z } from 'zod'
import { LabError } from '#shared/errors'
import { jsonObject } from '#shared/json'
import { analysisSpecSchema } from '#shared/analysis'
import { noteSchema, runColors, tagSchema } from '#shared/contract/runs'
import { MATRIX_LIMITS, matrixDigestsIn, matrixNameIssue } from '#shared/importedMatrix'
import { provenanceSchema } from '#shared/outcome'
import { spectrumMetaSchema } from '#shared/records'
import { parseWith, runSpecSchema } from '#shared/spec'
import { sweepSpecSchema } from '#shared/sweep'
import { sizeOf, type FloatArray } from '../core/checkpoint'
import {
  claimCheckSchema,
  errorDataSchema,
  layerSchema,
  levelsSchema,
  quantitySchema,
  runIdSchema,
  sweepIdSchema,
} from './columns'
import { WIDTH } from './floatBlob'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal')

/** An array by what it is: numbers of equal bits, precision and shape have equal references. */
export const arrayRefSchema = z.strictObject({
  dtype: z.enum(['float64', 'float32']),
  shape: z
    .array(
      z
        .int()
        .min(0)
        .max(2 ** 32),
    )
    .max(8),
  /** SHA-256 of the numbers as little-endian bytes. */
  sha256,
})
export type ArrayRef = z.output<typeof arrayRefSchema>

const count = z.int().min(0)
const time = z.int()
const word = z.string().min(1).max(200)
const ended = z.enum(['completed', 'diverged', 'failed', 'cancelled', 'interrupted'])

const runSchema = z.strictObject({
  id: runIdSchema,
  spec: runSpecSchema,
  quantities: z.array(quantitySchema).readonly(),
  status: ended,
  step: count,
  steps: count,
  flopsPerStep: z.number().min(0),
  provenance: provenanceSchema.nullable(),
  error: errorDataSchema.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  startedAtStep: count,
  deaths: count,
  shape: z.string().nullable(),
})

const claimSchema = z.strictObject({
  system: z.string(),
  at: time,
  result: z.strictObject({
    id: word,
    title: z.string(),
    source: z.string(),
    holds: z.boolean(),
    checks: z.array(claimCheckSchema).readonly(),
  }),
})

/** What a person wrote on the run. */
const marksSchema = z.strictObject({
  star: z.boolean(),
  color: z.enum(runColors).nullable(),
  tags: z.array(tagSchema).max(1000).readonly(),
  note: noteSchema,
})
export type RunMarking = z.output<typeof marksSchema>

const side = z.int().min(1).max(MATRIX_LIMITS.side)
const matrixSchema = z.strictObject({
  name: z.string().refine((name) => matrixNameIssue(name) === null, 'expected the name of a matrix'),
  /** What the spec refers to: SHA-256 of shape, values and mask together. */
  digest: sha256,
  rows: side,
  cols: side,
  importedAt: time,
  values: arrayRefSchema,
  mask: arrayRefSchema,
})
export type MatrixDocument = z.output<typeof matrixSchema>

/** A spectrum computed after the run. A search that was stopped leaves what it found, not what it would go on with. */
const analysisSchema = z.strictObject({
  step: count.nullable(),
  matrix: word,
  spec: analysisSpecSchema,
  inputHash: sha256,
  status: z.enum(['done', 'cancelled', 'interrupted', 'failed']),
  error: errorDataSchema.nullable(),
  createdAt: time,
  endedAt: time.nullable(),
  meta: spectrumMetaSchema.nullable(),
  levels: levelsSchema.nullable(),
  arrays: z.array(z.strictObject({ name: word, data: arrayRefSchema })),
})
export type AnalysisDocument = z.output<typeof analysisSchema>

/** Everything stored of one run that has ended; of its arrays the references. */
export const runDocumentSchema = z
  .strictObject({
    run: runSchema,
    /** The sweep it is part of, and its place there. */
    sweep: z.strictObject({ id: sweepIdSchema, index: count, spec: sweepSpecSchema, createdAt: time }).nullable(),
    claims: z.array(claimSchema).readonly(),
    log: z.array(z.strictObject({ time, level: z.enum(['info', 'warning', 'error']), message: z.string() })).readonly(),
    /** Scalars over the steps: shape [2, n], the steps above the values. */
    series: z.array(z.strictObject({ quantity: word, layer: layerSchema, points: arrayRefSchema })),
    arrays: z.array(
      z.strictObject({
        quantity: word,
        layer: layerSchema,
        step: count,
        meta: jsonObject.nullable(),
        data: arrayRefSchema,
      }),
    ),
    /** Kept ones ascending; one that is only there to go on from is the last. */
    states: z.array(
      z.strictObject({
        step: count,
        kept: z.boolean(),
        lastFiniteLoss: z.number(),
        arrays: z.array(z.strictObject({ name: word, data: arrayRefSchema })),
      }),
    ),
    marks: marksSchema,
    /** Imported matrices that the spec refers to. */
    matrices: z.array(matrixSchema),
    /** In the order in which they were asked for. */
    analyses: z.array(analysisSchema),
  })
  .superRefine((document, context) => {
    for (const message of contradictions(document)) context.addIssue({ code: 'custom', message })
  })
export type RunDocument = z.output<typeof runDocumentSchema>

/** One run of another project or of a file, and the way to its arrays. */
export interface RunContent {
  readonly document: RunDocument
  /** Exactly the numbers whose SHA-256 the reference has. @throws LabError if they are not those */
  read(ref: ArrayRef): Promise<FloatArray>
}

/** @throws LabError 'bad-input' that says which field is not acceptable, for whatever it is given */
export function parseRunDocument(given: unknown, what: string): RunDocument {
  try {
    return parseWith(runDocumentSchema, given, what)
  } catch (cause) {
    if (cause instanceof LabError) throw cause
    // JSON nested without end overflows the stack of whatever walks through it.
    throw new LabError('bad-input', `${what}: it is nested too deeply to be read.`, {}, { cause })
  }
}

/** Every array of a run once, in the order of the document. */
export function arrayRefs({ series, arrays, states, matrices, analyses }: RunDocument): ArrayRef[] {
  return [
    ...series.map(({ points }) => points),
    ...arrays.map(({ data }) => data),
    ...[...states, ...analyses].flatMap((one) => one.arrays.map(({ data }) => data)),
    ...matrices.flatMap(({ values, mask }) => [values, mask]),
  ]
}

export function bytesOf({ dtype, shape }: ArrayRef): number {
  return sizeOf(shape) * WIDTH[dtype]
}

function contradictions(document: z.output<typeof runDocumentSchema>): string[] {
  const { run, claims, series, arrays, states, marks, matrices, analyses } = document
  const referred = matrixDigestsIn(run.spec.params)
  const wrongSeries = series.find(
    ({ points: { dtype, shape } }) => dtype !== 'float64' || shape.length !== 2 || shape[0] !== 2 || shape[1] === 0,
  )
  return [
    ...repeated('claim', claims, ({ result }) => result.id),
    ...repeated('series', series, ({ quantity, layer }) => `${quantity} of layer ${layer}`),
    ...repeated('array', arrays, ({ quantity, layer, step }) => `${quantity} of layer ${layer} at step ${step}`),
    ...repeated('state', states, ({ step }) => `of step ${step}`),
    ...(wrongSeries ? [`series ${wrongSeries.quantity}: expected float64 of shape [2, n] with n of at least 1`] : []),
    ...(arrays.some(({ data }) => data.dtype !== 'float64') ? ['measured arrays are float64'] : []),
    ...repeated('tag', marks.tags, (tag) => tag.toLowerCase()),
    ...repeated('matrix', matrices, ({ digest }) => digest),
    ...matrices.flatMap((matrix) => matrixContradictions(matrix, referred)),
    ...repeated('analysis', analyses, ({ inputHash }) => inputHash),
    ...analyses.flatMap((analysis) => repeated('array of an analysis', analysis.arrays, ({ name }) => name)),
    ...(analyses.some((one) => one.arrays.some(({ data }) => data.shape.length !== 1))
      ? ['arrays of analyses have one axis']
      : []),
    ...(states.slice(0, -1).some(({ kept }) => !kept) ? ['only the last state may be there just to go on from'] : []),
  ]
}

function matrixContradictions(
  { name, digest, rows, cols, values, mask }: MatrixDocument,
  referred: ReadonlySet<string>,
) {
  const fits = ({ dtype, shape }: ArrayRef) => dtype === 'float64' && sameNumbers(shape, [rows, cols])
  return [
    ...(referred.has(digest) ? [] : [`the run does not refer to the matrix ${name}`]),
    ...(rows * cols > MATRIX_LIMITS.entries
      ? [`the matrix ${name} has more than ${MATRIX_LIMITS.entries} entries`]
      : []),
    ...(fits(values) && fits(mask) ? [] : [`values and mask of ${name}: expected float64 of shape [${rows}, ${cols}]`]),
  ]
}

function sameNumbers(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i])
}

function repeated<T>(what: string, items: readonly T[], nameOf: (item: T) => string): string[] {
  const seen = new Set<string>()
  for (const item of items) {
    const name = nameOf(item)
    if (seen.has(name)) return [`the ${what} ${name} is there twice`]
    seen.add(name)
  }
  return []
}

import { z } from 'zod'
import { LabError } from '#shared/errors'
import { jsonObject } from '#shared/json'
import { provenanceSchema } from '#shared/outcome'
import { parseWith, runSpecSchema } from '#shared/spec'
import { sweepSpecSchema } from '#shared/sweep'
import type { FloatArray } from '../core/checkpoint'
import { claimCheckSchema, errorDataSchema, layerSchema, quantitySchema, runIdSchema, sweepIdSchema } from './columns'

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
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal'),
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
        trainedSeconds: z.number().min(0).default(0),
        arrays: z.array(z.strictObject({ name: word, data: arrayRefSchema })),
      }),
    ),
  })
  .superRefine((document, context) => {
    for (const message of contradictions(document)) context.addIssue({ code: 'custom', message })
  })
export type RunDocument = z.output<typeof runDocumentSchema>

/** One run of another project or of a file, and the way to its arrays. */
export interface RunContent {
  readonly document: RunDocument
  /** @throws LabError if the numbers are not those of the reference */
  read(ref: ArrayRef): FloatArray
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
export function arrayRefs({ series, arrays, states }: RunDocument): ArrayRef[] {
  return [
    ...series.map(({ points }) => points),
    ...arrays.map(({ data }) => data),
    ...states.flatMap((state) => state.arrays.map(({ data }) => data)),
  ]
}

/** How many numbers an array has. */
export function sizeOf({ shape }: Pick<ArrayRef, 'shape'>): number {
  return shape.reduce((product, size) => product * size, 1)
}

function contradictions({ claims, series, arrays, states }: z.output<typeof runDocumentSchema>): string[] {
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
    ...(states.slice(0, -1).some(({ kept }) => !kept) ? ['only the last state may be there just to go on from'] : []),
  ]
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

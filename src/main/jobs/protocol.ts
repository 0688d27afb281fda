import { z } from 'zod'
import { jsonObject } from '#shared/json'
import { provenanceSchema, type Progress, type RunOutcome } from '#shared/outcome'
import type { LogEntry, MeasuredRecord } from '#shared/records'
import { runSpecSchema } from '#shared/spec'
import { errorDataSchema, layerSchema } from '../store/columns'
import type { LoadedMatrix } from './matrixParams'

const floats = z.instanceof(Float64Array)
const loadedMatrixSchema: z.ZodType<LoadedMatrix> = z.object({
  reference: z.string(),
  matrix: z
    .object({ rows: z.int().min(1), cols: z.int().min(1), values: floats, observed: floats })
    .refine(({ rows, cols, values, observed }) => values.length === rows * cols && observed.length === rows * cols, {
      message: 'the shape does not fit the data',
    }),
})

/** What the service tells a worker: a spec with the imported matrices that it names. */
export const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), spec: runSpecSchema, matrices: z.array(loadedMatrixSchema) }),
  z.object({ type: z.literal('cancel') }),
])
export type ToWorker = z.output<typeof toWorkerSchema>

/** Any number a computation can give, NaN and infinities included. */
const float = z.custom<number>((value) => typeof value === 'number', 'expected a number')
const step = z.number().min(0)

const recordSchema: z.ZodType<MeasuredRecord> = z
  .object({
    quantity: z.string().min(1).max(100),
    layer: layerSchema,
    step: z.int().min(0),
    shape: z.array(z.int().min(0)).max(8),
    data: z.instanceof(Float64Array),
    meta: jsonObject.nullable(),
  })
  .refine(({ shape, data }) => shape.reduce((product, size) => product * size, 1) === data.length, {
    message: 'the shape does not fit the data',
  })

const logSchema: z.ZodType<Omit<LogEntry, 'time'>> = z.object({
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
})

const progressSchema: z.ZodType<Progress> = z.object({ step, steps: step, stepsPerSecond: float, secondsLeft: float })

const outcomeSchema: z.ZodType<RunOutcome> = z.discriminatedUnion('status', [
  z.object({ status: z.enum(['completed', 'cancelled']), step }),
  z.object({ status: z.literal('diverged'), step, lastFiniteLoss: float }),
  z.object({ status: z.literal('failed'), error: errorDataSchema }),
])

/** What a worker tells the service, in this order: started, batches, ended. */
export const fromWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), provenance: provenanceSchema }),
  /** Everything since the last batch; stored in one transaction. */
  z.object({
    type: z.literal('batch'),
    records: z.array(recordSchema),
    log: z.array(logSchema),
    progress: progressSchema.nullable(),
  }),
  z.object({ type: z.literal('ended'), outcome: outcomeSchema }),
])
export type FromWorker = z.output<typeof fromWorkerSchema>
export type Batch = Extract<FromWorker, { type: 'batch' }>

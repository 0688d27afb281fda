import { z } from 'zod'
import { jsonObject } from '#shared/json'
import { provenanceSchema, type Progress, type RunOutcome } from '#shared/outcome'
import type { LogEntry, MeasuredRecord } from '#shared/records'
import { runSpecSchema } from '#shared/spec'
import type { ResumePoint } from '../core/checkpoint'
import { errorDataSchema, layerSchema } from '../store/columns'
import { analyseSchema } from './analysisProtocol'
import { checkpointSchema, fillsItsShape, NO_FIT, shapeSchema } from './checkpointSchema'

/** Any number a computation can give, NaN and infinities included. */
const float = z.custom<number>((value) => typeof value === 'number', 'expected a number')
const step = z.number().min(0)

const recordSchema: z.ZodType<MeasuredRecord> = z
  .object({
    quantity: z.string().min(1).max(100),
    layer: layerSchema,
    step: z.int().min(0),
    shape: shapeSchema,
    data: z.instanceof(Float64Array),
    meta: jsonObject.nullable(),
  })
  .refine(fillsItsShape, NO_FIT)

const resumePointSchema: z.ZodType<ResumePoint> = z.object({
  checkpoint: checkpointSchema,
  lastFiniteLoss: z.number(),
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

/** What the service tells a worker. */
export const toWorkerSchema = z.discriminatedUnion('type', [
  /** From the beginning, or from where an earlier worker left the run. */
  z.object({ type: z.literal('run'), spec: runSpecSchema, resume: resumePointSchema.nullable() }),
  analyseSchema,
  z.object({ type: z.literal('cancel') }),
])
export type ToWorker = z.output<typeof toWorkerSchema>

/** What a worker tells the service, in this order: started, batches and checkpoints, ended. */
export const fromWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), provenance: provenanceSchema }),
  /** Everything since the last batch; stored in one transaction. */
  z.object({
    type: z.literal('batch'),
    records: z.array(recordSchema),
    log: z.array(logSchema),
    progress: progressSchema.nullable(),
  }),
  /** A state of the run; everything measured up to its step was sent before. */
  z.object({ type: z.literal('checkpoint'), point: resumePointSchema, kept: z.boolean() }),
  z.object({ type: z.literal('ended'), outcome: outcomeSchema }),
])
export type FromWorker = z.output<typeof fromWorkerSchema>
export type Batch = Extract<FromWorker, { type: 'batch' }>
export type SavedState = Extract<FromWorker, { type: 'checkpoint' }>

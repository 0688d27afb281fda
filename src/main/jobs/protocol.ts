import { z } from 'zod'
import { jsonObject } from '#shared/json'
import { provenanceSchema, type Progress, type RunOutcome } from '#shared/outcome'
import type { LogEntry, MeasuredRecord } from '#shared/records'
import { runSpecSchema } from '#shared/spec'
import type { ResumePoint } from '../core/checkpoint'
import { errorDataSchema, layerSchema } from '../store/columns'
import { analyseSchema } from './analysisProtocol'
import { checkClaimSchema } from './exactClaim'
import { loadedMatrixSchema } from './loadedMatrixSchema'
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
  trainedSeconds: z.number().min(0),
})

const logSchema: z.ZodType<Omit<LogEntry, 'time'>> = z.object({
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
})

const progressSchema: z.ZodType<Progress> = z.object({
  step,
  steps: step,
  stepsPerSecond: float,
  secondsLeft: float,
  fraction: z.number().min(0).max(1),
})

const outcomeSchema: z.ZodType<RunOutcome> = z.discriminatedUnion('status', [
  z.object({ status: z.enum(['completed', 'cancelled', 'rested']), step }),
  z.object({ status: z.literal('diverged'), step, lastFiniteLoss: float }),
  z.object({ status: z.literal('failed'), error: errorDataSchema }),
])

/** A run to train: from the beginning, or from where an earlier worker left it; to its end, or to a step to rest at. */
const taskSchema = z.object({ spec: runSpecSchema, resume: resumePointSchema.nullable(), until: step.nullable() })

/** What the service tells a worker. */
export const toWorkerSchema = z.discriminatedUnion('type', [
  /** Several runs have one shape and train as one program. */
  z.object({
    type: z.literal('train'),
    runs: z.array(taskSchema).min(1),
    /** The imported matrices that the specs name. */
    matrices: z.array(loadedMatrixSchema),
    /** Resident memory above which the worker gives up. */
    memoryBytes: z.number().min(0),
  }),
  analyseSchema,
  checkClaimSchema,
  /** Runs by their place in the job; null: all of them. */
  z.object({ type: z.literal('cancel'), runs: z.array(z.int().min(0)).nullable() }),
  /** These rest after their step, with a stored state. */
  z.object({ type: z.literal('pause'), runs: z.array(z.int().min(0)) }),
])
export type ToWorker = z.output<typeof toWorkerSchema>

const seconds = z.number().min(0)

/** What a worker has spent since it began to train: on steps, and on measurements by their class (probePlan.ts). */
const runCostsSchema = z.object({
  steps: step,
  /** Of the model. */
  parameters: z.int().min(0),
  trainingSeconds: seconds,
  measured: z.record(z.string().max(120), z.object({ count: z.int().min(1), seconds })),
})
export type RunCosts = z.output<typeof runCostsSchema>

/** Its run, by its place in the job. */
const run = z.int().min(0)

/** What a worker says of one run, in this order: started, batches and checkpoints, ended. */
const reportSchema = z.discriminatedUnion('type', [
  z.object({ run, type: z.literal('started'), provenance: provenanceSchema }),
  /** Everything since the last batch. */
  z.object({
    run,
    type: z.literal('batch'),
    records: z.array(recordSchema),
    log: z.array(logSchema),
    progress: progressSchema.nullable(),
  }),
  /** A state of the run; everything measured up to its step was sent before. */
  z.object({ run, type: z.literal('checkpoint'), point: resumePointSchema, kept: z.boolean() }),
  /** Before a run that is complete ends: what it and those that trained with it have cost. */
  z.object({ run, type: z.literal('costs'), costs: runCostsSchema }),
  z.object({ run, type: z.literal('ended'), outcome: outcomeSchema }),
])
export type Report = z.output<typeof reportSchema>
export type Batch = Extract<Report, { type: 'batch' }>
export type SavedState = Extract<Report, { type: 'checkpoint' }>

/** What a worker tells the service: stored in one transaction. Nothing to report is a sign of life. */
export const fromWorkerSchema = z.array(reportSchema)
export type FromWorker = z.output<typeof fromWorkerSchema>

import { z } from 'zod'
import type { ErrorData } from '../errors'
import { runIdSchema as runId, sweepIdSchema as sweepId, type RunId, type SweepId } from '../ids'
import type { FieldIssue, ParamValue } from '../params'
import { sweepSpecSchema, type SweepSpec, type SweepSpecInput } from '../sweep'
import type { TheoryFigure } from '../theoryFigure'
import type { RunStatus, RunSummary } from './index'

/** Live answer to a sweep in the designer. */
export interface SweepPreview {
  /** Why it cannot be started, by field: 'params.width', 'constraints.0', 'axes', 'strategy'. */
  readonly issues: readonly FieldIssue[]
  /** Warnings of the system about the runs that were looked at, each once. */
  readonly advice: readonly FieldIssue[]
  /** How many runs; 0 while there are issues. */
  readonly runs: number
  /** Combinations left out: by constraints, and because they equal one before. */
  readonly excluded: number
  readonly duplicates: number
  /** The swept fields: columns of `rows`. */
  readonly paths: readonly string[]
  /** The first runs. */
  readonly rows: readonly (readonly ParamValue[])[]
  /** Of the whole sweep; null while there are issues. */
  readonly estimate: SweepEstimate | null
  readonly theory: readonly SweepTheory[]
}

export interface SweepEstimate {
  /** Wall time with the slots of this machine. */
  readonly seconds: number
  readonly bytes: number
  readonly basis: 'measured' | 'rough'
  /** How runs will share workers, in a sentence. */
  readonly batching: string
}

/** The system's predictions over one swept field, everything else as in the base. */
export interface SweepTheory {
  readonly figure: TheoryFigure
  /** The swept values that lie on the axis. */
  readonly chosen: readonly number[]
}

export type StatusCounts = Readonly<Record<RunStatus, number>>

export interface SweepSummary {
  readonly id: SweepId
  readonly name: string
  readonly system: string
  readonly strategy: SweepSpec['strategy']['kind']
  readonly paths: readonly string[]
  readonly createdAt: number
  /** When the last of its runs ended; null while some are open. */
  readonly endedAt: number | null
  readonly runs: number
  readonly counts: StatusCounts
  /** Whether runs that wait are held back. */
  readonly paused: boolean
  /** Steps taken by all its runs, of those they may take at most. */
  readonly steps: { readonly done: number; readonly of: number }
  /** Null where nobody can tell. */
  readonly secondsLeft: number | null
}

export interface SweepDetail extends SweepSummary {
  readonly spec: SweepSpec
  /** In the order of the sweep. */
  readonly runIds: readonly RunId[]
}

/** Larger comes first; 0 when nobody chose. */
export const PRIORITIES = [-2, -1, 0, 1, 2] as const
export type Priority = (typeof PRIORITIES)[number]

export interface QueueEntry {
  readonly run: RunSummary
  readonly sweepId: SweepId | null
  readonly priority: Priority
  /** How many runs train together as one program; 1 for a run of its own or one that waits. */
  readonly batch: number
}

export interface QueueView {
  readonly paused: boolean
  /** Why the queue stands still although it is not paused. */
  readonly trouble: ErrorData | null
  readonly slots: readonly { readonly device: string; readonly total: number; readonly busy: number }[]
  /** Runs that train now, oldest first. */
  readonly running: readonly QueueEntry[]
  /** A page of those that wait, next one first. */
  readonly waiting: readonly QueueEntry[]
  readonly waitingCount: number
  /** Until the queue is empty; null where nobody can tell. */
  readonly secondsLeft: number | null
}

/** Runs of the queue, or all that wait of a sweep. */
export type QueueTarget =
  | { readonly runIds: readonly RunId[]; readonly sweepId?: undefined }
  | { readonly sweepId: SweepId; readonly runIds?: undefined }

/** A sweep that was saved under a name. */
export interface NamedSpec {
  readonly name: string
  readonly spec: SweepSpec
  readonly savedAt: number
}

export interface SweepRequests {
  /** @param over the swept field of the theory; null: the first one that is a number */
  'sweep.preview': { input: { spec: SweepSpecInput; rows: number; over: string | null }; output: SweepPreview }
  'sweep.start': { input: { spec: SweepSpecInput }; output: { sweepId: SweepId; runs: number } }
  /** Newest first. */
  'sweep.list': { input: null; output: readonly SweepSummary[] }
  'sweep.get': { input: { sweepId: SweepId }; output: SweepDetail }
  /** Cancels what waits and what trains. */
  'sweep.cancel': { input: { sweepId: SweepId }; output: null }
  /** Runs that train come to rest after their step, with a stored state; they wait and are held back like the others. */
  'sweep.pause': { input: { sweepId: SweepId }; output: null }
  'sweep.resume': { input: { sweepId: SweepId }; output: null }
  /** Queues failed and interrupted runs of the sweep again, as new runs in their places; the old ones go to the bin. */
  'sweep.retryFailed': { input: { sweepId: SweepId }; output: { runs: number } }
  'queue.list': { input: { offset: number; limit: number }; output: QueueView }
  /** Nothing is started until it is resumed; runs that train come to rest as with `sweep.pause`. */
  'queue.pause': { input: null; output: null }
  'queue.resume': { input: null; output: null }
  /** Holds runs back, and lets them go again; those that train come to rest as with `sweep.pause`. */
  'queue.hold': { input: { runIds: readonly RunId[] }; output: null }
  'queue.release': { input: { runIds: readonly RunId[] }; output: null }
  /** Puts waiting runs, in the order given, before another one that waits; null: at the end. They take its priority. */
  'queue.move': { input: { target: QueueTarget; before: RunId | null }; output: null }
  'queue.prioritise': { input: { target: QueueTarget; priority: Priority }; output: null }
  /** By name. */
  'specs.list': { input: null; output: readonly NamedSpec[] }
  /** Replaces the one of the same name. */
  'specs.save': { input: { name: string; spec: SweepSpecInput }; output: null }
  'specs.delete': { input: { name: string }; output: null }
}

export interface SweepEvents {
  /** Progress, counts or state of a sweep; a few times a second at most. */
  'sweep.changed': { sweepId: SweepId }
  /** Order, holds or length of the queue; a few times a second at most. */
  'queue.changed': { waiting: number }
}

const runIds = z.array(runId).min(1).max(100_000)
const target = z.union([z.strictObject({ runIds }), z.strictObject({ sweepId })])
const priority = z.union(PRIORITIES.map((value) => z.literal(value)))
const name = z.string().trim().min(1).max(200)

// A draft is checked field by field by the preview, which answers with issues instead of refusing.
const draft = z.custom<SweepSpecInput>((value) => typeof value === 'object' && value !== null, 'expected a sweep')

export const sweepRequestSchemas = {
  'sweep.preview': z.strictObject({
    spec: draft,
    rows: z.int().min(0).max(1000),
    over: z.string().max(100).nullable(),
  }),
  'sweep.start': z.strictObject({ spec: sweepSpecSchema }),
  'sweep.list': z.null(),
  'sweep.get': z.strictObject({ sweepId }),
  'sweep.cancel': z.strictObject({ sweepId }),
  'sweep.pause': z.strictObject({ sweepId }),
  'sweep.resume': z.strictObject({ sweepId }),
  'sweep.retryFailed': z.strictObject({ sweepId }),
  'queue.list': z.strictObject({ offset: z.int().min(0), limit: z.int().min(0).max(1000) }),
  'queue.pause': z.null(),
  'queue.resume': z.null(),
  'queue.hold': z.strictObject({ runIds }),
  'queue.release': z.strictObject({ runIds }),
  'queue.move': z.strictObject({ target, before: runId.nullable() }),
  'queue.prioritise': z.strictObject({ target, priority }),
  'specs.list': z.null(),
  'specs.save': z.strictObject({ name, spec: sweepSpecSchema }),
  'specs.delete': z.strictObject({ name }),
} satisfies { [M in keyof SweepRequests]: z.ZodType<SweepRequests[M]['input']> }

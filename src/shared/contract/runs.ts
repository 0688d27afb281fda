import { z } from 'zod'
import type { Field } from '../filter/fields'
import { runIdSchema, type RunId } from '../ids'
import { runNameSchema } from '../spec'
import type { RunStatus, RunSummary } from './index'

/** Colours that a run can be marked with; charts and tables draw them from the palette of runs and groups. */
export const runColors = ['blue', 'orange', 'green', 'pink', 'sky', 'vermillion', 'yellow'] as const
export type RunColor = (typeof runColors)[number]

/** What one place of the table shows. NaN is a number that was measured; null is none. */
export type Cell = number | string | null

/** Which runs. */
export interface RunChoice {
  /** A filter line; empty for every run. */
  readonly filter: string
  /** Those in the bin instead of those outside it. */
  readonly binned: boolean
  /** Only the runs of one group, as 'runs.groups' named it. */
  readonly group: { readonly by: GroupBy; readonly key: readonly Cell[] } | null
}

/** Names of columns (operands of the filter language), or everything in the spec but the seed. */
export type GroupBy = 'setting' | readonly string[]

export interface SortBy {
  readonly column: string
  readonly descending: boolean
}

export interface RunSlice extends RunChoice {
  /** The first decides; newest first among equals. */
  readonly sort: readonly SortBy[]
  readonly offset: number
  readonly limit: number
}

/** What a person wrote on a run. */
export interface RunMarks {
  readonly star: boolean
  readonly color: RunColor | null
  readonly tags: readonly string[]
  readonly hasNote: boolean
}

export interface RunRow extends RunMarks {
  readonly id: RunId
  readonly name: string
  readonly system: string
  readonly status: RunStatus
  /** One for each column that was asked for. */
  readonly values: readonly Cell[]
}

export interface RunPage {
  /** Runs that the filter keeps, on all pages together. */
  readonly total: number
  readonly rows: readonly RunRow[]
}

/** One column of a group. */
export interface GroupCell {
  /** The value that all runs share; null where they differ or none has one. */
  readonly common: Cell
  /** How many different values there are. */
  readonly distinct: number
  /** How many numbers the mean is taken over; NaN and missing ones do not count. */
  readonly count: number
  readonly mean: number | null
  /** Sample standard deviation (n − 1); null for fewer than two. */
  readonly std: number | null
}

export interface RunGroup {
  readonly key: readonly Cell[]
  readonly runs: number
  /** The newest of its runs. */
  readonly newest: RunId
  /** The colour that all its runs are marked with; null where they differ or have none. */
  readonly color: RunColor | null
  readonly cells: readonly GroupCell[]
}

export interface GroupPage {
  /** Groups on all pages together. */
  readonly total: number
  readonly groups: readonly RunGroup[]
}

/** The runs that a person is likely to ask about next. */
export interface RecentRuns {
  readonly running: readonly RunSummary[]
  /** In the order of the queue. */
  readonly waiting: readonly RunSummary[]
  /** Latest first; those that did not end well are among them, however many have ended since. */
  readonly ended: readonly RunSummary[]
  /** All runs outside the bin. */
  readonly counts: Readonly<Record<RunStatus, number>>
  readonly binned: number
}

/** What is to be changed on some runs; what is left out stays. */
export interface MarkChange {
  /** Empty: the run is called by its id. No number depends on a name. */
  readonly name?: string | undefined
  readonly star?: boolean | undefined
  readonly color?: RunColor | null | undefined
  readonly addTags?: readonly string[] | undefined
  readonly removeTags?: readonly string[] | undefined
  readonly note?: string | undefined
}

/** A change of some runs. */
export interface MarkStep {
  readonly runIds: readonly RunId[]
  readonly change: MarkChange
}

export interface RunsRequests {
  /** One page of the table, with the columns that it shows. */
  'runs.query': { input: RunSlice & { columns: readonly string[] }; output: RunPage }
  /** Ids alone: what is chosen between two rows. */
  'runs.ids': { input: RunSlice; output: readonly RunId[] }
  'runs.groups': { input: RunSlice & { by: GroupBy; columns: readonly string[] }; output: GroupPage }
  /** Everything that a filter or a column may name. */
  'runs.fields': { input: null; output: readonly Field[] }
  /** Parameters that tell the runs of the project apart, those with the most values first. */
  'runs.differing': { input: { limit: number }; output: readonly string[] }
  /** The commonest values of one of them. */
  'runs.values': { input: { column: string }; output: readonly { value: Cell; runs: number }[] }
  'runs.recent': { input: { limit: number }; output: RecentRuns }
  /** Those of the runs that are there, in the order of the ids. */
  'runs.summaries': { input: { runIds: readonly RunId[] }; output: readonly RunSummary[] }
  /** Answers with the steps that take it back, each to be given to 'runs.mark' again. */
  'runs.mark': { input: MarkStep; output: readonly MarkStep[] }
  /** Tags in use, the commonest first. */
  'runs.tags': { input: null; output: readonly { tag: string; runs: number }[] }
  'run.note': { input: { runId: RunId }; output: string }
  /** Runs that wait or train stay where they are. */
  'runs.bin': { input: { runIds: readonly RunId[] }; output: { binned: readonly RunId[]; active: readonly RunId[] } }
  'runs.restore': { input: { runIds: readonly RunId[] }; output: null }
}

/** Requests hold at most a megabyte: 50 000 ids with room to spare. */
export const MOST_RUNS_AT_ONCE = 50_000
export const MOST_SUMMARIES = 200

const column = z.string().min(1).max(200)
const columns = z.array(column).max(50)
const by = z.union([z.literal('setting'), z.array(column).min(1).max(4)])
const cell = z.union([z.number(), z.nan(), z.literal([Infinity, -Infinity]), z.string().max(4000), z.null()])
const slice = z.strictObject({
  filter: z.string().max(4000),
  binned: z.boolean(),
  group: z.strictObject({ by, key: z.array(cell).max(4) }).nullable(),
  sort: z.array(z.strictObject({ column, descending: z.boolean() })).max(4),
  offset: z.int().min(0),
  limit: z.int().min(0).max(500),
})
const runIds = z.array(runIdSchema).max(MOST_RUNS_AT_ONCE)
export const tagSchema = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .refine((text) => !/\p{Cc}/u.test(text), 'expected a tag on one line')
export const noteSchema = z.string().max(100_000)
const tags = z.array(tagSchema).max(100)

export const runsSchemas = {
  'runs.query': slice.extend({ columns }),
  'runs.ids': slice.extend({ limit: z.int().min(0).max(MOST_RUNS_AT_ONCE) }),
  'runs.groups': slice.extend({ by, columns }),
  'runs.fields': z.null(),
  'runs.differing': z.strictObject({ limit: z.int().min(0).max(100) }),
  'runs.values': z.strictObject({ column }),
  'runs.recent': z.strictObject({ limit: z.int().min(0).max(MOST_SUMMARIES) }),
  'runs.summaries': z.strictObject({ runIds: z.array(runIdSchema).max(MOST_SUMMARIES) }),
  'runs.mark': z.strictObject({
    runIds,
    change: z.strictObject({
      name: runNameSchema.optional(),
      star: z.boolean().optional(),
      color: z.enum(runColors).nullable().optional(),
      addTags: tags.optional(),
      removeTags: tags.optional(),
      note: noteSchema.optional(),
    }),
  }),
  'runs.tags': z.null(),
  'run.note': z.strictObject({ runId: runIdSchema }),
  'runs.bin': z.strictObject({ runIds }),
  'runs.restore': z.strictObject({ runIds }),
} satisfies { [M in keyof RunsRequests]: z.ZodType<RunsRequests[M]['input']> }

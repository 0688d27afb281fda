import { z } from 'zod'
import type { ErrorData } from '../errors'
import { runIdSchema, type RunId } from '../ids'
import { MOST_RUNS_AT_ONCE } from './runs'
import { uploadSchema } from './uploads'

/** What an import has brought. */
export interface ImportReport {
  /** Under another id where the run's own belongs to another run here. */
  readonly copied: readonly { readonly from: RunId; readonly to: RunId }[]
  /** Here already; marks, matrices or analyses that they lacked came along. */
  readonly completed: readonly RunId[]
  /** Here already, with everything. */
  readonly skipped: readonly RunId[]
  readonly refused: readonly { readonly from: RunId; readonly reason: string }[]
  /** Names of comparisons that came along; only projects have them. */
  readonly comparisons: readonly string[]
  /** Names of comparisons that stayed there, because they cannot be read. */
  readonly spoiltComparisons: readonly string[]
  /** Sections of the file that a later version wrote and this one leaves out. */
  readonly ignored: readonly string[]
}

/** The one import or export that goes on, or the last one. */
export interface TransferState {
  readonly kind: 'import' | 'export'
  /** What is read or written; a name, never a path. */
  readonly name: string
  /** Null once it is over. */
  readonly progress: { readonly done: number; readonly total: number } | null
  /** What an import has brought; of one that was cancelled, what had come by then. */
  readonly report: ImportReport | null
  /** The size of an exported file that waits to be fetched. */
  readonly bytes: number | null
  readonly cancelled: boolean
  /** Why it ended before its end. */
  readonly error: ErrorData | null
}

/** How much of an exported file travels at once. */
export const DOWNLOAD_PART_BYTES = 4 * 2 ** 20

/** Runs that leave as bundles and come in from bundles and other projects, one transfer at a time. */
export interface TransferRequests {
  /** Begins to write a bundle. @throws 'conflict' while another transfer goes on */
  'transfer.export': { input: { runIds: readonly RunId[] }; output: null }
  /** Begins to bring in the runs of an uploaded file: a bundle, or another project. */
  'transfer.import': { input: { upload: string }; output: null }
  /** How far it is, and what came of it; null before the first one. */
  'transfer.state': { input: null; output: TransferState | null }
  /** What is whole by then stays. */
  'transfer.cancel': { input: null; output: null }
  /** A part of the exported file; the last one may be shorter. */
  'transfer.download': { input: { offset: number }; output: { readonly bytes: Uint8Array } }
}

export const transferSchemas = {
  'transfer.export': z.strictObject({ runIds: z.array(runIdSchema).min(1).max(MOST_RUNS_AT_ONCE) }),
  'transfer.import': z.strictObject({ upload: uploadSchema }),
  'transfer.state': z.null(),
  'transfer.cancel': z.null(),
  'transfer.download': z.strictObject({ offset: z.int().min(0) }),
} satisfies { [M in keyof TransferRequests]: z.ZodType<TransferRequests[M]['input']> }

import { z } from 'zod'
import type { ErrorData } from '../errors'
import { isRunId, type RunId } from '../ids'

/** Where the bytes of a project are, and what keeps it safe. */
export interface ProjectHealth {
  /** Of the project file. */
  readonly fileBytes: number
  /** Free inside the file: what compacting gives back to the disk. */
  readonly freeBytes: number
  /** Left on the disk for this user. */
  readonly diskBytes: number
  readonly largest: readonly {
    readonly runId: RunId
    readonly name: string
    readonly bytes: number
    readonly isBinned: boolean
  }[]
  readonly binnedRuns: number
  readonly binnedBytes: number
  /** Newest first; each was verified before it got its name. */
  readonly backups: readonly { readonly name: string; readonly bytes: number; readonly madeAt: number }[]
  readonly quarantined: readonly { readonly runId: RunId | null; readonly what: string; readonly foundAt: number }[]
}

/** What reading every stored array back has shown. */
export interface VerificationReport {
  readonly checked: number
  readonly damaged: readonly { readonly runId: RunId | null; readonly what: string }[]
  /** Rows that belong to nothing. */
  readonly orphans: number
  /** What SQLite's own check found first; null when it found nothing. */
  readonly pages: string | null
}

export interface VerificationState {
  /** Arrays read so far; null while none are being read. */
  readonly progress: { readonly done: number; readonly total: number } | null
  /** Of the last verification since the project was opened, unless what it found was put into quarantine since. */
  readonly report: VerificationReport | null
  /** Why it could not be read to its end. */
  readonly error: ErrorData | null
}

export interface ProjectRequests {
  'project.health': { input: null; output: ProjectHealth }
  /** Begins to read every stored array back; 'project.verification' tells how far it is. */
  'project.verify': { input: null; output: null }
  'project.stopVerifying': { input: null; output: null }
  'project.verification': { input: null; output: VerificationState }
  /** Puts what the last verification found damaged into quarantine; how many arrays that was. */
  'project.quarantine': { input: null; output: { readonly arrays: number } }
  'project.backUp': { input: null; output: null }
  /** Deletes runs in the bin for good; all of them when none are named. */
  'project.purge': { input: { runIds: readonly RunId[] | null }; output: { readonly runs: number } }
  /** Gives free pages back to the disk. */
  'project.compact': { input: null; output: null }
  /** A zip file with versions, sizes and the log, and nothing that the person has made. */
  'project.diagnostics': { input: null; output: { readonly name: string; readonly bytes: Uint8Array } }
}

const runId = z.custom<RunId>((value) => typeof value === 'string' && isRunId(value), 'expected a run id')

export const projectSchemas = {
  'project.health': z.null(),
  'project.verify': z.null(),
  'project.stopVerifying': z.null(),
  'project.verification': z.null(),
  'project.quarantine': z.null(),
  'project.backUp': z.null(),
  'project.purge': z.strictObject({ runIds: z.array(runId).max(100_000).nullable() }),
  'project.compact': z.null(),
  'project.diagnostics': z.null(),
}

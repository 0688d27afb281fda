import { z } from 'zod'
import { runIdSchema, type RunId } from '../ids'

export interface CheckpointRequests {
  /** Goes on with an interrupted or cancelled run from its last stored state, from the beginning where there is none. */
  'run.resume': { input: { runId: RunId }; output: null }
  /** Steps whose states are kept, ascending, and that of the furthest one stored: where the run would go on. */
  'run.states': { input: { runId: RunId }; output: { kept: readonly number[]; last: number | null } }
}

export const checkpointSchemas = {
  'run.resume': z.strictObject({ runId: runIdSchema }),
  'run.states': z.strictObject({ runId: runIdSchema }),
} satisfies { [M in keyof CheckpointRequests]: z.ZodType<CheckpointRequests[M]['input']> }

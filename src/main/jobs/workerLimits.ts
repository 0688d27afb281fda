import { totalmem } from 'node:os'
import type { WorkerLimits } from './job'

/**
 * Long: a dense eigendecomposition of a few thousand rows is one call into native code, and nothing is said meanwhile.
 */
const SILENCE_MS = 30 * 60 * 1000
/** What the service, the window and everything else on the machine keep. */
const SHARE = 0.8
/** A worker that has not even this can train nothing of interest. */
const LEAST_BYTES = 2 * 2 ** 30

/** What suits this machine, where so many workers train at a time. */
export function workerLimits(slots: number): WorkerLimits {
  return { silenceMs: SILENCE_MS, memoryBytes: Math.max(LEAST_BYTES, (SHARE * totalmem()) / slots) }
}

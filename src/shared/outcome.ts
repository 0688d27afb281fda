import { z } from 'zod'
import type { ErrorData } from './errors'

/** How a run ended. Divergence and cancellation are results, not errors. */
export type RunOutcome =
  | { readonly status: 'completed' | 'cancelled'; readonly step: number }
  /** It came to the step at which it was to rest, and its state is stored. */
  | { readonly status: 'rested'; readonly step: number }
  | { readonly status: 'diverged'; readonly step: number; readonly lastFiniteLoss: number }
  | { readonly status: 'failed'; readonly error: ErrorData }

export interface Progress {
  readonly step: number
  readonly steps: number
  readonly stepsPerSecond: number
  /** NaN while nobody can tell. */
  readonly secondsLeft: number
  /** Of the time that the run takes, measuring included; from 0 to 1. */
  readonly fraction: number
}

/** What computed a run: version, backend, BLAS, device, precision, threads. */
export const provenanceSchema = z.record(z.string(), z.union([z.string(), z.number()]))
export type Provenance = z.infer<typeof provenanceSchema>

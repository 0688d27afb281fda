import { z } from 'zod'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** One run in the project: `r-` and 10 characters. Stored and shown; never reused. */
export type RunId = Branded<'RunId'>

/** One sweep in the project: `w-` and 10 characters. */
export type SweepId = Branded<'SweepId'>

const SWEEP_ID = /^w-[0-9a-z]{10}$/

export function isSweepId(value: string): value is SweepId {
  return SWEEP_ID.test(value)
}

const RUN_ID = /^r-[0-9a-z]{10}$/

export function isRunId(value: string): value is RunId {
  return RUN_ID.test(value)
}

export const runIdSchema = z.custom<RunId>(
  (value) => typeof value === 'string' && isRunId(value),
  'expected a run id such as r-0123456789',
)

export const sweepIdSchema = z.custom<SweepId>(
  (value) => typeof value === 'string' && isSweepId(value),
  'expected a sweep id such as w-0123456789',
)

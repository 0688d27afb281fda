import { z } from 'zod'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** One run in the project: `r-` and 10 characters. Stored and shown; never reused. */
export type RunId = Branded<'RunId'>

const RUN_ID = /^r-[0-9a-z]{10}$/

export function isRunId(value: string): value is RunId {
  return RUN_ID.test(value)
}

export const runIdSchema = z.custom<RunId>(
  (value) => typeof value === 'string' && isRunId(value),
  'expected a run id such as r-0123456789',
)

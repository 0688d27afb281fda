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

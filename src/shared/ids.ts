declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** One run in the project: `r-` and 10 characters. Stored and shown; never reused. */
export type RunId = Branded<'RunId'>

const RUN_ID = /^r-[0-9a-z]{10}$/

export function isRunId(value: string): value is RunId {
  return RUN_ID.test(value)
}

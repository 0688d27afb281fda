import { z } from 'zod'
import { sweepIdSchema as sweepId, type SweepId } from '../ids'
import type { ParamValue } from '../params'
import type { QuantityDefinition } from '../records'
import type { SweepFigureDefinition } from '../sweepFigure'
import type { TheoryFigure } from '../theoryFigure'

/** A swept field as an axis of figures. */
export interface SweptFieldInfo {
  /** 'params.width' */
  readonly path: string
  readonly label: string
  readonly symbol: string
  readonly scale: 'linear' | 'log'
}

/** How many runs of a point ended in one state, with Wilson's 95 % interval of its probability. */
export interface StateCount {
  readonly state: string
  readonly count: number
  readonly low: number
  readonly high: number
}

/** What was measured at the end of every run of a point. */
export interface PointValues {
  readonly quantity: string
  /** One for each completed run that has it, in the order of the sweep; NaN where it was not measured. */
  readonly values: Float64Array
  /** What theory says of it there: the levels at which runs may end. */
  readonly levels: readonly { readonly value: number; readonly label: string }[]
}

/** Runs of a sweep that differ in nothing but their seed. */
export interface SweepPoint {
  /** Its values of the swept fields, as `fields`. */
  readonly at: readonly ParamValue[]
  /** Runs that trained to an end: completed and diverged. Intervals and means are over these. */
  readonly runs: number
  readonly diverged: number
  /** Runs that wait, train, failed, or were cancelled or interrupted: they count nowhere. */
  readonly missing: number
  /** By quantity with named values; a diverged run counts as 'diverged' where there is such a name. */
  readonly states: readonly { readonly quantity: string; readonly counts: readonly StateCount[] }[]
  readonly values: readonly PointValues[]
}

/** Curves of the theory over a swept parameter, and the points of which it says this. */
export interface TheoryUnderPoints {
  readonly figure: TheoryFigure
  /** Places in the list of the points. */
  readonly points: readonly number[]
}

/** What the runs of a sweep came to, from what is stored of them. */
export interface SweepResults {
  readonly sweepId: SweepId
  readonly name: string
  readonly system: string
  /** Fields that differ between points; seeds are not among them. */
  readonly fields: readonly SweptFieldInfo[]
  /** Scalars without layers that the runs measured. */
  readonly quantities: readonly QuantityDefinition[]
  /** In the order of the sweep. */
  readonly points: readonly SweepPoint[]
  readonly figures: readonly SweepFigureDefinition[]
  /** For the figures that are drawn over curves of the theory; empty where none of their parameters was swept. */
  readonly theory: readonly TheoryUnderPoints[]
}

export interface SweepResultRequests {
  /** Counts, intervals and final values by swept point; of what has ended so far. */
  'sweep.results': { input: { sweepId: SweepId }; output: SweepResults }
}

export const sweepResultSchemas = {
  'sweep.results': z.strictObject({ sweepId }),
} satisfies { [M in keyof SweepResultRequests]: z.ZodType<SweepResultRequests[M]['input']> }

import { z } from 'zod'

const classIndex = z.int().min(0)
const groupLabelSchema = z.object({
  /** μ_above^{(l+1)} ⊗ μ_below^{(l)}: one class where both are the same, else a pair. Classes count from 0. */
  label: z.object({ above: classIndex, below: classIndex }),
  /** How many dimensions of the group lie in the space of this class or pair; at most 1 where that is one direction. */
  share: z.number(),
})

export const outlierGroupSchema = z.object({
  /** Mean. */
  value: z.number(),
  /** Place of the first, from 0, and how many there are. */
  first: z.int().min(0),
  count: z.int().min(1),
  /** Shares that are worth a label: single classes first, then pairs. */
  labels: z.array(groupLabelSchema).readonly(),
  /** The largest share of all, whether it is a label or not; null where none are known. */
  nearest: groupLabelSchema.nullable(),
  /** K, or 0 where no classes are known. */
  classes: z.int().min(0),
})

/** Outliers of (nearly) one value, whose eigenvectors mean something only together. */
export type OutlierGroup = z.output<typeof outlierGroupSchema>
export type GroupLabel = z.output<typeof groupLabelSchema>
export type ClassLabel = GroupLabel['label']

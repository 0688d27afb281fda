import { z } from 'zod'

/** Where the bulk begins: a rule that was counted with, or a threshold set by hand. */
export type OutlierChoice = { readonly rule: string } | { readonly threshold: number }

export const outlierChoiceSchema: z.ZodType<OutlierChoice> = z.union([
  z.strictObject({ rule: z.string().max(50) }),
  z.strictObject({ threshold: z.number() }),
])

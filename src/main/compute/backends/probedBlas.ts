import { z } from 'zod'
import { parseWith } from '#shared/spec'

/** What a library said and did in the probe. */
export const probedBlasSchema = z.strictObject({
  path: z.string(),
  name: z.string(),
  version: z.string(),
  /** What follows the names of its functions with 32-bit integers: of cblas (''), of Fortran ('_'). */
  spelling: z.strictObject({ cblas: z.string(), fortran: z.string() }),
  hasSgemm: z.boolean(),
  hasLapack: z.boolean(),
})
export type ProbedBlas = z.infer<typeof probedBlasSchema>

/** Why a library was not taken. */
export const refusedBlasSchema = z.strictObject({ path: z.string(), problem: z.string() })

const blasProbeSchema = z.strictObject({ found: probedBlasSchema.nullable(), refused: z.array(refusedBlasSchema) })
export type BlasProbe = z.infer<typeof blasProbeSchema>

/** Where a process finds what the one that started it has probed already. */
const PROBED = 'COLLAPSAR_BLAS_PROBED'

const handedOverSchema = z.strictObject({ choice: z.string(), probe: blasProbeSchema })
let last: z.infer<typeof handedOverSchema> | null = null

/** What this process found itself. */
export function rememberProbe(choice: string, probe: BlasProbe): void {
  last = { choice, probe }
}

/** For the environment of a process started from here: it need not probe the same libraries again. */
export function probedBlasEnvironment(): Readonly<Record<string, string>> {
  return last ? { [PROBED]: JSON.stringify(last) } : {}
}

/**
 * What the process that started this one found for the same choice; null where it did not look.
 * @throws LabError 'bad-input' if the variable holds something else
 */
export function handedOverProbe(choice: string): BlasProbe | null {
  const text = process.env[PROBED]
  if (!text) return null
  const known = parseWith(handedOverSchema, JSON.parse(text), PROBED)
  return known.choice === choice ? known.probe : null
}

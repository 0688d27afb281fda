import { z } from 'zod'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { criticalDecay, existenceDecay } from '#main/systems/deep-ufm/gain'
import { antisymmetricOutlier, layerHessianLevels, symmetricBlock } from '#main/systems/deep-ufm/spectra'
import { collapsedSolution, couplingRegime } from '#main/systems/deep-ufm/theory'
import { expectClose } from '../../helpers/expectClose'

export const topic = '01'

const schema = z.object({
  K: z.int(),
  n: z.int(),
  L: z.int(),
  lam: z.number(),
  c: z.number(),
  c_crit: z.number(),
  c_exist: z.number(),
  lam_crit: z.number(),
  lam_exist: z.number(),
  x: z.number(),
  x_lower: z.number().nullable(),
  nonzero_is_global: z.boolean(),
  loss_dnc: z.number().nullable(),
  singular_value: z.number(),
  layer_outlier_data: z.number(),
  full_outlier_antisym: z.number().nullable(),
  full_outlier_sym: z.number().nullable(),
})

/**
 * Golden kind `theory_table`: closed forms for equal widths and decays.
 *
 * Allowance 1e-10 relative: both sides solve one scalar equation, whose root in ln(1 − x) has a condition below
 * |ln c| < 100 away from the existence threshold, so about 1e-14, with room for a root found to 1e-12.
 */
export function check(given: unknown): void {
  const row = schema.parse(given)
  const { K, n, L } = row
  // No field of the table depends on the width.
  const config = uniformConfig({ K, n, depth: L, width: K, lambda: row.lam })
  const regime = couplingRegime(config)
  const solution = collapsedSolution(config)
  const expected: Record<string, number | boolean | null> = { ...row }
  const actual: Record<string, number | boolean | null> = {
    c: regime.c,
    c_crit: regime.cCrit,
    c_exist: regime.cExist,
    lam_crit: criticalDecay({ K, n, L }),
    lam_exist: existenceDecay({ K, n, L }),
    x: solution?.gain.x ?? 0,
    x_lower: regime.xLower,
    nonzero_is_global: solution?.isGlobal ?? false,
    loss_dnc: solution?.loss ?? null,
    singular_value: solution?.singularValues[0] ?? 0,
    layer_outlier_data: solution ? layerHessianLevels(config, solution, 1, 'data')[0]!.value : 0,
    full_outlier_antisym: solution && antisymmetricOutlier(config, solution, 'all'),
    full_outlier_sym: solution && symmetricBlock(config, solution, 'all')[0]!,
  }
  for (const [field, value] of Object.entries(actual)) {
    const reference = expected[field]
    if (typeof value === 'number' && typeof reference === 'number') {
      expectClose(value, reference, { rtol: 1e-10 }, field)
    } else if (value !== reference) throw new Error(`${field} is ${value}, expected ${reference}.`)
  }
}

import { z } from 'zod'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { criticalDecay, criticalThreshold, logCoupling } from '#main/systems/deep-ufm/gain'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'
import { expectClose } from '../../helpers/expectClose'

export const topic = '02'

/** `conventions`: relative 1e-9. */
const VALUES = { rtol: 1e-9 }

const schema = z.object({
  L: z.int(),
  K: z.int(),
  n: z.int(),
  lambda_: z.number(),
  mu: z.number(),
  mu_threshold: z.number(),
  lambda_threshold: z.number(),
  x: z.number(),
  loss: z.number(),
})

/** Golden kind `linear_mse_table`: μ = λ K n^{1/(L+1)} is c^{1/(L+1)} of theory note 01; x and loss of the global minimum. */
export function check(given: unknown): void {
  const row = schema.parse(given)
  const { L, K, n } = row
  const config = uniformConfig({ K, n, depth: L, width: K, lambda: row.lambda_ })
  expectClose(Math.exp(logCoupling(config) / (L + 1)), row.mu, VALUES, 'mu')
  expectClose(criticalThreshold(L) ** (1 / (L + 1)), row.mu_threshold, VALUES, 'mu_threshold')
  expectClose(criticalDecay({ K, n, L }), row.lambda_threshold, VALUES, 'lambda_threshold')
  const solution = collapsedSolution(config)
  const global = solution?.isGlobal ? solution : null
  expectClose(global?.gain.x ?? 0, row.x, VALUES, 'x')
  expectClose(global?.loss ?? 0.5, row.loss, VALUES, 'loss')
}

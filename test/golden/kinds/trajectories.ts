import { z } from 'zod'
import { simplexSolution } from '#main/systems/deep-ufm/crossEntropy'
import { checkTrajectory, rowSchema } from '#main/systems/deep-ufm/claims/trajectories'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'
import { expectClose } from '../../helpers/expectClose'
import { configFields, configOf } from '../ufmCase'

export const topic = '01'

const schema = z.object({
  ...configFields,
  name: z.string(),
  kind: z.enum(['mse', 'ce']),
  lr: z.number(),
  init: z.array(z.object({ amp: z.number(), phase: z.number() })),
  rows: z.array(rowSchema),
  theory_x: z.number().nullable(),
})

/** Golden kind `trajectories`: gradient descent from formula parameters, and the gain (CE: t) it should end at. */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const { name, kind: loss, lr: learningRate, init, rows } = golden
  const config = configOf(golden)
  const gain = loss === 'mse' ? collapsedSolution(config)?.gain.x : simplexSolution(config)?.t
  // Closed form against closed form.
  expectClose(gain ?? 0, golden.theory_x ?? 0, { rtol: 1e-10 }, 'theory_x')
  const variant = { loss, activation: 'linear' } as const
  const checks = await checkTrajectory({ name, config, variant, learningRate, init, rows })
  const broken = checks.filter(({ holds }) => !holds)
  if (broken.length === 0) return
  throw new Error(broken.map((c) => `${c.label}: ${c.measured}, allowed ${c.allowance}`).join('\n'))
}

import { z } from 'zod'
import { singularValues } from '#main/compute/linalg/index'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import { numericalRank } from '#main/probes/numericalRank'
import { outputCollapseDistance } from '#main/probes/outputCollapse'
import { withTraining } from '#main/systems/deep-ufm/claims/withTraining'
import { simplexSolution } from '#main/systems/deep-ufm/crossEntropy'
import { chirpParameters } from '#main/systems/deep-ufm/formulaParameters'
import { pairStructure } from '#main/systems/deep-ufm/structures'
import { constantRate } from '#main/train/schedules'
import { expectClose } from '../../helpers/expectClose'
import { configFields, configOf } from '../structureCase'
import { numbers } from '../ufmCase'

export const topic = '02'

/** `how`: relative 1e-6. Singular values in units of the largest, whose rounding (8 digits) the small ones carry. */
const RELATIVE = 1e-6

const schema = z.object({
  config: z.object({ ...configFields, a: z.number(), phase: z.number(), lr: z.number(), steps: z.int() }),
  checkpoints: z.record(z.string(), z.object({ loss: z.number(), Z_singular_values: numbers })),
  final: z.object({
    dnc_distance: z.number(),
    rank_rel1e3: z.int(),
    is_dnc: z.boolean(),
    nearest_theory_loss: z.object({ dnc: z.number().nullable(), pair: z.number().nullable() }),
  }),
})

/** Golden kind `trajectory_cases`: gradient descent from formula parameters to the structure that it ends in. */
export async function check(given: unknown): Promise<void> {
  const { config: settings, checkpoints, final } = schema.parse(given)
  const config = configOf(settings)
  const parameters = chirpParameters(config, settings.a, settings.phase)
  const state = { config, variant: { loss: 'ce', activation: 'linear' }, parameters } as const
  await withTraining(
    state,
    { learningRate: constantRate(settings.lr), optimiser: GRADIENT_DESCENT },
    async (training) => {
      for (const [step, expected] of Object.entries(checkpoints)) {
        while (training.step < Number(step)) training.advance()
        const snapshot = training.snapshot()
        const { data, regularisation } = await snapshot.loss()
        expectClose(data + regularisation, expected.loss, { rtol: RELATIVE }, `loss at step ${step}`)
        const atol = RELATIVE * Math.max(...expected.Z_singular_values)
        const sigma = singularValues(await snapshot.logits())
        expectClose(sigma, expected.Z_singular_values, { atol }, `singular values of Z at step ${step}`)
      }
      while (training.step < settings.steps) training.advance()
      const snapshot = training.snapshot(true)
      const logits = await snapshot.logits()
      const distance = outputCollapseDistance(logits, snapshot.split.classSizes, 'simplexEtf')
      // A distance near 0 is what a decaying difference happens to be at the last step.
      expectClose(distance, final.dnc_distance, { rtol: 1e-5, atol: 1e-7 }, 'dnc_distance')
      expectClose(numericalRank(singularValues(logits), 1e-3), final.rank_rel1e3, {}, 'rank_rel1e3')
      if (distance < 1e-2 !== final.is_dnc) throw new Error(`is_dnc is ${distance < 1e-2}, expected ${final.is_dnc}.`)
    },
  )
  const { dnc, pair } = final.nearest_theory_loss
  if (dnc !== null) expectClose(simplexSolution(config)?.loss ?? NaN, dnc, { rtol: 1e-9 }, 'loss of DNC')
  if (pair !== null) expectClose(pairStructure(config)?.loss ?? NaN, pair, { rtol: 1e-9 }, 'loss of pair')
}

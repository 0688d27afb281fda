import { z } from 'zod'
import { countOf, LINEAR_CE, trainEnsemble } from '#main/systems/deep-ufm/claims/ensemble'
import { sameProportion } from '#main/systems/deep-ufm/claims/proportion'
import { configFields, configOf } from '../structureCase'

export const topic = '02'

const schema = z.object({
  ...configFields,
  lr: z.number(),
  R: z.int(),
  dnc_counts_three_seeds: z.array(z.int()).min(1),
})

/**
 * Golden kind `prevalence_reference`: how often runs collapse, with other random numbers. As many runs as the file counted
 * over all its seeds, compared within three standard deviations of the difference of two binomial fractions; all others
 * must have paired (`how`).
 */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const reference = {
    count: golden.dnc_counts_three_seeds.reduce((sum, count) => sum + count, 0),
    runs: golden.R * golden.dnc_counts_three_seeds.length,
  }
  const runs = await trainEnsemble({
    config: configOf(golden),
    variant: LINEAR_CE,
    learningRate: golden.lr,
    initScale: 1,
    // Ten times the usual budget: runs end by their gradient norm.
    steps: Math.ceil(200 / (golden.lr * golden.lambda_)),
    tolerance: 1e-8,
    runs: reference.runs,
    seed: 0,
  })
  const collapsed = countOf(runs, 'collapse')
  const check = sameProportion('collapsed', { count: collapsed, runs: runs.length }, reference)
  if (!check.holds)
    throw new Error(`${check.label}: ${check.measured}, expected ${check.predicted} ± ${check.allowance}`)
  const others = runs.length - collapsed - countOf(runs, 'pair')
  if (others > 0) throw new Error(`${others} of ${runs.length} runs neither collapsed nor paired.`)
}

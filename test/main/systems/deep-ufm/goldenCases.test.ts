import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readGoldenFiles } from '../../../golden/goldenFiles'
import { handlerOf } from '../../../golden/handlers'

const folder = join(import.meta.dirname, '../../../golden/data')
const files = readGoldenFiles(folder)!
const fileOf = (topic: string) => files.find((file) => file.topic === topic)!

describe.each(['01', '02'])('golden excerpt of topic %s', (topic) => {
  it.each(fileOf(topic).cases)('$kind: $name', async ({ kind, given }) => {
    const check = handlerOf(kind, fileOf(topic))!
    await check(given)
  })
})

// K = 2 and 3, L = 1, one sample, decays at and beyond the thresholds, unequal decays, saddles: where formulas change.
describe.each(readGoldenFiles(join(folder, 'edges'))!)('edges, $name', (file) => {
  it.each(file.cases)('$kind: $name', async ({ kind, given }) => {
    const check = handlerOf(kind, file)!
    await check(given)
  })
})

describe('golden excerpts', () => {
  const wrong = [
    ['01', 'generic_cases', 'hvp_E'],
    ['01', 'generic_cases', 'G_decomposition'],
    ['01', 'generic_cases', 'heavy_ball'],
    ['01', 'dnc_cases', 'weights_only_hessian_distinct'],
    ['01', 'ce_dnc_cases', 't'],
    ['01', 'theory_table', 'full_outlier_sym'],
    ['01', 'trajectories', 'rows'],
    ['02', 'formula_cases', 'hvp_last8'],
    ['02', 'formula_cases', 'metrics'],
    ['02', 'formula_cases', 'gd_steps'],
    ['02', 'dnc_cases', 'hessian_spectrum_closed_form'],
    ['02', 'dnc_cases', 'gauss_newton_eigenvalues'],
    ['02', 'structure_cases', 'nonzero_hessian_eigenvalues'],
    ['02', 'theory_table', 'polygon_loss'],
    ['02', 'srg_cases', 'regularisation_ratio'],
    ['02', 'linear_mse_table', 'x'],
    ['02', 'classifier_cases', 'dnc_distance'],
  ] as const
  it.each(wrong)('of topic %s, kind %s, are refused when %s is wrong by 1e-6', async (topic, kind, field) => {
    const file = fileOf(topic)
    const golden = file.cases.find((candidate) => candidate.kind === kind)!
    const given = Object.fromEntries(
      Object.entries(Object(golden.given)).map(([name, value]) => [name, name === field ? shifted(value) : value]),
    )
    await expect(async () => handlerOf(kind, file)!(given)).rejects.toThrow(/expected|allowed/)
  })
})

/** The same value with every number in it that is not whole moved by 1e-6. */
function shifted(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : value + 1e-6
  if (Array.isArray(value)) return value.map(shifted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shifted(inner)]))
}

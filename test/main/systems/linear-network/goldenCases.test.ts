import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readGoldenFiles } from '../../../golden/goldenFiles'
import { handlerOf } from '../../../golden/handlers'

const folder = join(import.meta.dirname, '../../../golden/data')
const file = readGoldenFiles(folder)!.find(({ name }) => name === '05-parsimony-progressive-collapse.json')!

describe('golden excerpt of topic 05', () => {
  it.each(file.cases)('$kind: $name', async ({ kind, given }) => {
    const check = handlerOf(kind, file)!
    await check(given)
  })

  const fields = [
    ['A1-hess-L2', 'hessian_eigs'],
    ['A1-hess-L2', 'layer_hessian_eigs'],
    ['A1-hess-L2', 'gd_losses'],
    ['A3-case2-wd', 'projector_N_first_row'],
    ['A3-case2-wd', 'checkpoints'],
    ['A6-balmin-3', 'predicted'],
    ['B1-ideal-1', 'tr_SB'],
    ['B1-ideal-1', 'bound_ratio'],
    ['B2-trained-L3', 'pearson_logD'],
    ['B2-trained-L3', 'checkpoints'],
    ['C2-completion', 'trajectories'],
    ['C2-completion', 'projector_U_first_row'],
    ['D6-K2', 'nc1_hesu_weighted'],
    ['D6-K2', 'W_cos_maxangle_mean_abs'],
    ['D7-etf', 'cdnv'],
  ] as const
  it.each(fields)('case %s is refused when %s is wrong by a hundred-thousandth', async (name, field) => {
    const { kind, given } = file.cases.find((candidate) => candidate.name === name)!
    const { outputs, ...rest } = z.looseObject({ outputs: z.record(z.string(), z.unknown()) }).parse(given)
    const wrong = { ...rest, outputs: { ...outputs, [field]: shifted(outputs[field]) } }
    await expect(async () => handlerOf(kind, file)!(wrong)).rejects.toThrow(/expected.*gap/)
  })
})

/** The same value with every number in it that is not whole moved by a part in 100 000, ten times the loosest tolerance. */
function shifted(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : value * (1 + 1e-5)
  if (Array.isArray(value)) return value.map(shifted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shifted(inner)]))
}

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readGoldenFiles } from '../../../golden/goldenFiles'
import { handlerOf } from '../../../golden/handlers'

const folder = join(import.meta.dirname, '../../../golden/data')
const file = readGoldenFiles(folder)!.find(({ name }) => name === '01-deep-linear-ufm.json')!

describe('golden excerpt', () => {
  it.each(file.cases)('$kind: $name', async ({ kind, given }) => {
    const check = handlerOf(kind, file)!
    await check(given)
  })

  const wrong = [
    ['generic_cases', 'hvp_E'],
    ['generic_cases', 'G_decomposition'],
    ['generic_cases', 'heavy_ball'],
    ['dnc_cases', 'weights_only_hessian_distinct'],
    ['ce_dnc_cases', 't'],
    ['theory_table', 'full_outlier_sym'],
    ['trajectories', 'rows'],
  ] as const
  it.each(wrong)('of kind %s is refused when %s is wrong by 1e-6', async (kind, field) => {
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

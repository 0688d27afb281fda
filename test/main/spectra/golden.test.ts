import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { check as checkLanczos } from '../../golden/kinds/lanczos'
import { check as checkMarchenkoPastur } from '../../golden/kinds/marchenkoPastur'
import { check as checkOutlierRules } from '../../golden/kinds/outlierRules'

const folder = process.env.COLLAPSAR_GOLDEN ?? resolve(import.meta.dirname, '../../../../shared/golden')
const file = join(folder, '01-deep-linear-ufm.json')
const kinds = [
  { kind: 'lanczos', check: checkLanczos },
  { kind: 'outlier_rules', check: checkOutlierRules },
  { kind: 'marchenko_pastur', check: checkMarchenkoPastur },
]

describe('golden spectra', () => {
  if (!existsSync(file)) {
    console.warn(`golden spectra skipped: there is no ${file}; set COLLAPSAR_GOLDEN to the folder that has it`)
    it.skip('needs the golden files', () => {})
    return
  }
  const golden = new Map<string, unknown>(Object.entries(JSON.parse(readFileSync(file, 'utf8'))))
  for (const { kind, check } of kinds) {
    const cases = golden.get(kind)
    it(`has cases of kind ${kind}`, () => expect(Array.isArray(cases) && cases.length > 0).toBe(true))
    if (Array.isArray(cases)) {
      it.each(cases.map((c: unknown, index) => ({ c, index })))(`${kind} $index matches the reference`, ({ c }) =>
        check(c),
      )
    }
  }

  it.each([
    { kind: 'lanczos', field: 'weights', check: checkLanczos },
    { kind: 'lanczos', field: 'density', check: checkLanczos },
    { kind: 'outlier_rules', field: 'log_ratio', check: checkOutlierRules },
    { kind: 'marchenko_pastur', field: 'median', check: checkMarchenkoPastur },
  ])('notices a wrong $field in $kind', async ({ kind, field, check }) => {
    const cases = golden.get(kind)
    const first: unknown = Array.isArray(cases) ? cases[0] : undefined
    const value = new Map<string, unknown>(Object.entries(first ?? {})).get(field)
    const wrong = Array.isArray(value) ? value.map((x) => Number(x) + 1e-6) : Number(value) + 1e-6
    await expect(async () => check({ ...Object(first), [field]: wrong })).rejects.toThrow(new RegExp(`^${field}`))
  })
})

import { describe, expect, it } from 'vitest'
import { completionClaims } from '#main/systems/matrix-completion/claims/index'
import { completionPresets } from '#main/systems/matrix-completion/presets'
import { evidenceFrom, executePreset } from '../../../helpers/execute'

const runClaims = completionClaims.filter((claim) => claim.kind === 'run')
const settings = completionPresets.completion.params

describe('exact claims of matrix-completion', () => {
  it.each(completionClaims.filter((claim) => claim.kind === 'exact'))(
    '$id holds: $title',
    async (claim) => {
      const checks = await claim.check()
      expect(checks.length).toBeGreaterThan(0)
      expect(checks.filter(({ holds }) => !holds)).toEqual([])
    },
    120_000,
  )
})

describe('run claims of matrix-completion', () => {
  it.each([0, 1, 2])('hold on the completion preset for seed %i', async (seed) => {
    const { outcome, records } = await executePreset('matrix-completion', completionPresets.completion, seed)
    expect(outcome).toEqual({ status: 'completed', step: settings.steps })
    for (const claim of runClaims) {
      expect(claim.applies(settings)).toBe(true)
      const checks = claim.check(evidenceFrom(settings, records), settings)
      expect(checks.length).toBe(2)
      expect(checks.filter(({ holds }) => !holds)).toEqual([])
    }
  })

  it('do not hold where nothing was measured, and are made for the preset only', () => {
    for (const claim of runClaims) {
      expect(claim.check(evidenceFrom(settings, []), settings).filter(({ holds }) => holds)).toEqual([])
      for (const changed of [{ gamma: 0 }, { observed: 1 }, { dataSeed: 1 }]) {
        expect(claim.applies({ ...settings, ...changed })).toBe(false)
      }
    }
  })
})

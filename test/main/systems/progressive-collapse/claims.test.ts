import { describe, expect, it } from 'vitest'
import { collapseClaims } from '#main/systems/progressive-collapse/claims/index'
import { collapsePresets } from '#main/systems/progressive-collapse/presets'
import { evidenceFrom, executePreset } from '../../../helpers/execute'

const runClaims = collapseClaims.filter((claim) => claim.kind === 'run')
const small = collapsePresets.small.params

describe('exact claims of progressive-collapse', () => {
  it.each(collapseClaims.filter((claim) => claim.kind === 'exact'))(
    '$id holds: $title',
    async (claim) => {
      const checks = await claim.check()
      expect(checks.length).toBeGreaterThan(5)
      expect(checks.filter(({ holds }) => !holds)).toEqual([])
    },
    60_000,
  )
})

describe('run claims of progressive-collapse', () => {
  it.each([0, 1, 2])('hold on the small preset for seed %i', async (seed) => {
    const { outcome, records } = await executePreset('progressive-collapse', collapsePresets.small, seed)
    expect(outcome).toEqual({ status: 'completed', step: small.steps })
    for (const claim of runClaims) {
      expect(claim.applies(small)).toBe(true)
      const checks = claim.check(evidenceFrom(small, records), small)
      expect(checks.length).toBe(5)
      expect(checks.filter(({ holds }) => !holds)).toEqual([])
    }
  })

  it('do not hold where nothing was measured, and are made for the preset only', () => {
    for (const claim of runClaims) {
      expect(claim.check(evidenceFrom(small, []), small).filter(({ holds }) => holds)).toEqual([])
      for (const changed of [{ initScale: 0.3 }, { network: 'relu' }, { steps: 100 }]) {
        expect(claim.applies({ ...small, ...changed })).toBe(false)
      }
    }
  })
})

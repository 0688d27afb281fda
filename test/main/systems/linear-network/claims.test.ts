import { describe, expect, it } from 'vitest'
import { networkClaims } from '#main/systems/linear-network/claims/index'
import { networkPresets } from '#main/systems/linear-network/presets'
import { evidenceFrom, executePreset } from '../../../helpers/execute'

const runClaims = networkClaims.filter((claim) => claim.kind === 'run')
const small = networkPresets.small.params

describe('exact claims of linear-network', () => {
  it.each(networkClaims.filter((claim) => claim.kind === 'exact'))(
    '$id holds: $title',
    async (claim) => {
      const checks = await claim.check()
      expect(checks.length).toBeGreaterThanOrEqual(3)
      expect(checks.filter(({ holds }) => !holds)).toEqual([])
    },
    60_000,
  )
})

describe('run claims of linear-network', () => {
  it.each([0, 1, 2])('all hold on the figure for seed %i', async (seed) => {
    const { outcome, records } = await executePreset('linear-network', networkPresets.small, seed)
    expect(outcome).toEqual({ status: 'completed', step: small.steps })
    const measured = evidenceFrom(small, records)
    for (const claim of runClaims) {
      expect(claim.applies(small)).toBe(true)
      const checks = claim.check(measured, small)
      expect(checks.length).toBeGreaterThan(0)
      expect(checks.filter(({ holds }) => !holds)).toEqual([])
    }
  })

  it('do not hold where nothing was measured, and are made for the figure only', () => {
    const nothing = evidenceFrom(small, [])
    const holding = runClaims.filter((claim) => claim.check(nothing, small).some(({ holds }) => holds))
    expect(holding).toEqual([])
    for (const claim of runClaims) {
      for (const changed of [{ initScale: 0.2 }, { outputs: 'rank' }, { steps: 1499 }]) {
        expect(claim.applies({ ...small, ...changed })).toBe(false)
      }
    }
  })
})

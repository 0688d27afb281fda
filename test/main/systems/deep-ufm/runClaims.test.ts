import { describe, expect, it } from 'vitest'
import { parseParams } from '#shared/params'
import type { Evidence } from '#main/core/system'
import { ufmClaims } from '#main/systems/deep-ufm/claims/index'
import { ufmParams } from '#main/systems/deep-ufm/params'
import { ufmPresets } from '#main/systems/deep-ufm/presets'
import { evidenceFrom, executePreset } from '../../../helpers/execute'

const params = parseParams(ufmParams, ufmPresets.small.params)
const runClaims = ufmClaims.filter((claim) => claim.kind === 'run').filter((claim) => claim.preset === 'small')

async function trained(seed: number): Promise<Evidence> {
  const { outcome, records } = await executePreset('deep-ufm', ufmPresets.small, seed)
  expect(outcome).toEqual({ status: 'completed', step: params.steps })
  return evidenceFrom(params, records)
}

describe('claims on the small preset', () => {
  it.each([0, 1])('all hold for seed %i', async (seed) => {
    const measured = await trained(seed)
    for (const claim of runClaims) {
      expect(claim.applies(params)).toBe(true)
      const checks = claim.check(measured, params)
      expect(checks.length).toBeGreaterThan(0)
      expect(checks.filter(({ holds }) => !holds)).toEqual([])
    }
  })

  it('do not hold before training, nor where nothing was measured', async () => {
    const measured = await trained(0)
    const stale: Evidence = { params, at: (quantity, layer) => measured.at(quantity, layer, 0) }
    const holding = runClaims.filter((claim) => claim.check(stale, params).every(({ holds }) => holds))
    expect(holding).toEqual([])
    const unmeasured = runClaims.flatMap((claim) => claim.check(evidenceFrom(params, []), params))
    expect(unmeasured.filter(({ holds, label }) => holds || !label.includes('not measured'))).toEqual([])
    expect(unmeasured.length).toBeGreaterThanOrEqual(runClaims.length)
  })

  it('are made for the settings of the preset only', () => {
    for (const claim of runClaims) {
      for (const changed of [
        { weightDecay: 0.004 },
        { steps: 5999 },
        { initScale: 1.1 },
        { loss: 'ce' },
        { widths: [9] },
      ]) {
        expect(claim.applies({ ...params, ...changed })).toBe(false)
      }
    }
  })
})

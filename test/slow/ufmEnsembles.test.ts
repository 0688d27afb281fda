import { describe, expect, it } from 'vitest'
import { prevalenceClaims } from '#main/systems/deep-ufm/claims/prevalence'

/** Claims of deep-ufm that train hundreds of runs: half a minute for all but 02.C9, which takes as long alone. */
describe('ensembles of deep-ufm', () => {
  it.each(prevalenceClaims)(
    '$id holds: $title',
    async (claim) => {
      const checks = await claim.check()
      expect(checks.length).toBeGreaterThan(2)
      expect(checks.filter((check) => !check.holds)).toEqual([])
    },
    600_000,
  )
})

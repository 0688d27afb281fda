import { describe, expect, it } from 'vitest'
import { ufmClaims } from '#main/systems/deep-ufm/claims/index'

describe('exact claims of deep-ufm', () => {
  it.each(ufmClaims.filter((claim) => claim.kind === 'exact'))(
    '$id holds: $title',
    async (claim) => {
      const checks = await claim.check()
      expect(checks.length).toBeGreaterThan(5)
      expect(checks.filter((check) => !check.holds)).toEqual([])
    },
    60_000,
  )
})

import { describe, expect, it } from 'vitest'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import {
  criticalDecay,
  criticalThreshold,
  existenceDecay,
  existenceThreshold,
  logCoupling,
  lowerGain,
  upperGain,
  type Gain,
} from '#main/systems/deep-ufm/gain'
import { expectClose } from '../../../helpers/expectClose'

/** ln of (1 − x)^{L+1} x^{L−1}. */
function logLeftSide({ x, rest }: Gain, L: number): number {
  return (L + 1) * Math.log(rest) + (L === 1 ? 0 : (L - 1) * Math.log(x))
}

describe('gain', () => {
  const cases = [1, 2, 3, 5, 8].flatMap((L) => [0.999, 0.5, 1e-3, 1e-20, 1e-250].map((fraction) => ({ L, fraction })))

  it.each(cases)('solves the equation for L = $L at $fraction of the existence threshold', ({ L, fraction }) => {
    const target = Math.log(existenceThreshold(L)) + Math.log(fraction)
    const lambda = Math.exp((target - Math.log(3) - (L + 1) * Math.log(2)) / (L + 1))
    const config = uniformConfig({ K: 2, n: 3, depth: L, width: 2, lambda })
    const [upper, lower] = [upperGain(config), lowerGain(config)]
    // A few roundings of ln c, each up to eps · |ln c| = 1.3e-13 at c = 1e-250.
    const allowance = { atol: 1e-14, rtol: 1e-15 * 8 }
    expectClose(logLeftSide(upper!, L), logCoupling(config), allowance)
    expect(lower === null).toBe(L === 1)
    if (!lower) return
    expectClose(logLeftSide(lower, L), logCoupling(config), allowance)
    expect(lower.x).toBeLessThan((L - 1) / (2 * L))
    expect(upper!.x).toBeGreaterThan((L - 1) / (2 * L))
  })

  it('keeps 1 − x where x itself rounds to 1', () => {
    const config = uniformConfig({ K: 2, n: 1, depth: 1, width: 2, lambda: 1e-20 })
    const { x, rest } = upperGain(config)!
    expect(x).toBe(1)
    // L = 1: 1 − x = √c = K λ √n.
    expectClose(rest, 2e-20, { rtol: 1e-14 })
  })

  it('has no root at and above the existence threshold', () => {
    for (const L of [1, 2, 4]) {
      const size = { K: 3, n: 5, L }
      const at = (lambda: number) => upperGain(uniformConfig({ ...size, depth: L, width: 3, lambda }))
      expect(at(existenceDecay(size) * (1 + 1e-12))).toBeNull()
      expect(at(existenceDecay(size) * (1 - 1e-12))).not.toBeNull()
      expect(lowerGain(uniformConfig({ ...size, depth: L, width: 3, lambda: 1 }))).toBeNull()
    }
  })

  it('has the gain (L − 1)/L at the critical decay', () => {
    for (const L of [2, 3, 7]) {
      const size = { K: 3, n: 5, L }
      const config = uniformConfig({ ...size, depth: L, width: 3, lambda: criticalDecay(size) })
      expectClose(upperGain(config)!.x, (L - 1) / L, { rtol: 1e-13 })
    }
  })

  it('has the thresholds of the note', () => {
    const size = { K: 3, n: 5, L: 3 }
    // Claim C8 gives them to five digits.
    expectClose(criticalDecay(size), 0.060669, { atol: 5e-7 })
    expectClose(existenceDecay(size), 0.085799, { atol: 5e-7 })
    expect([criticalThreshold(1), existenceThreshold(1)]).toEqual([1, 1])
  })
})

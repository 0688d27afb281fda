import { describe, expect, it } from 'vitest'
import { random } from '#main/compute/rng/random'
import { wilsonInterval } from '#shared/proportion'
import { sameProportion } from '#main/systems/deep-ufm/claims/proportion'
import { expectClose } from '../../../helpers/expectClose'

describe('Wilson interval', () => {
  it('has its published numbers, and stays inside 0 and 1', () => {
    // 10 of 20: 0.299 to 0.701 (Brown, Cai, DasGupta 2001, Stat. Sci. 16, 101).
    const { low, high } = wilsonInterval({ count: 10, runs: 20 })
    expectClose([low, high], [0.299, 0.701], { atol: 5e-4 })
    expect(wilsonInterval({ count: 0, runs: 8 }).low).toBe(0)
    expect(wilsonInterval({ count: 8, runs: 8 }).high).toBe(1)
    expect(wilsonInterval({ count: 8, runs: 8 }).low).toBeGreaterThan(0.6)
  })
})

describe('agreement of two counts', () => {
  it('accepts two samples of one probability nearly always, and refuses different ones', () => {
    const draws = (name: string, p: number, runs: number) => ({
      count: random(0, name).uniform(runs).filter((u) => u < p).length, // prettier-ignore
      runs,
    })
    for (const p of [0.03, 0.5, 0.95]) {
      const kept = Array.from({ length: 400 }, (_, i) =>
        sameProportion('', draws(`a ${i} ${p}`, p, 64), draws(`b ${i} ${p}`, p, 128)),
      ).filter(({ holds }) => holds)
      // 0.3 % of 400 is 1.2; more than 6 has a probability below 1e-3.
      expect(kept.length).toBeGreaterThanOrEqual(394)
    }
    expect(sameProportion('', { count: 35, runs: 64 }, { count: 13, runs: 64 }).holds).toBe(false)
    expect(sameProportion('', { count: 64, runs: 64 }, { count: 57, runs: 64 }).holds).toBe(true)
    expect(sameProportion('', { count: 0, runs: 64 }, { count: 0, runs: 64 }).allowance).toBeGreaterThan(0)
  })
})

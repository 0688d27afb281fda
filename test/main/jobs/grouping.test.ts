import { describe, expect, it } from 'vitest'
import { defaultsOf } from '#shared/params'
import { groupingOf, MOST_TOGETHER } from '#main/jobs/grouping'
import { Throughput } from '#main/jobs/throughput'
import { tinySystem } from '../../helpers/tinySystem'

const run = (width: number, flopsPerStep = 1000) => ({
  system: tinySystem,
  params: { ...defaultsOf(tinySystem.params), width },
  workload: { flopsPerStep },
})
const situation = { waiting: 100, slots: 2, secondsEach: 0.1 }

describe('grouping', () => {
  it.each([
    ['narrow runs in equal shares', run(8), situation, 50, /50 at a time.*8 wide/],
    ['no more than the most', run(8), { ...situation, waiting: 10_000 }, MOST_TOGETHER, /at a time/],
    ['no longer than two minutes', run(8), { ...situation, secondsEach: 30 }, 4, /4 at a time/],
    ['long runs alone', run(8), { ...situation, secondsEach: 1000 }, 1, /more than 60 s/],
    ['wide runs alone', run(32), situation, 1, /32 wide.*saves nothing/],
    ['large steps alone', run(8, 1e6), situation, 1, /1000 thousand operations/],
    ['a single run alone', run(8), { ...situation, waiting: 1 }, 1, /no other run/],
    ['one run for each worker', run(8), { ...situation, waiting: 2 }, 1, /a worker for each/],
  ])('trains %s, and says why', (_, given, where, together, reason) => {
    const found = groupingOf(given, where)
    expect(found.together).toBe(together)
    expect(found.reason).toMatch(reason)
  })
})

describe('throughput', () => {
  it('is that of the last seconds, of a group and of all', () => {
    let now = 1_000_000
    const throughput = new Throughput(() => now)
    expect(throughput.perSecond()).toBe(0)
    for (let second = 0; second < 5; second++) {
      throughput.add('a', 100)
      throughput.add('b', 10)
      now += 1000
    }
    expect(throughput.perSecond('a')).toBe(100)
    expect(throughput.perSecond()).toBe(110)
    now += 5000
    // Four of the five slices, since the second one began.
    expect(throughput.perSecond('b')).toBeCloseTo(40 / 9, 12)
    now += 10_000
    expect(throughput.perSecond()).toBe(0)
  })
})

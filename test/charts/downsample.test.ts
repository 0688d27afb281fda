import fc from 'fast-check'
import { expect, it } from 'vitest'
import { downsample } from '#charts/downsample'
import { repetitions } from '../helpers/repetitions'

const ascending = (n: number) => Float64Array.from({ length: n }, (_, i) => i)

it('keeps first, last and every extreme of each bucket, in order and few', () => {
  fc.assert(
    fc.property(
      fc.float64Array({ minLength: 200, maxLength: 2000, noNaN: true }),
      fc.integer({ min: 5, max: 40 }),
      (y, buckets) => {
        const kept = downsample(ascending(y.length), y, buckets)
        expect(kept[0]).toBe(0)
        expect(kept.at(-1)).toBe(y.length - 1)
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
        const drawn = kept.map((i) => y[i]!)
        expect(Math.max(...drawn)).toBe(Math.max(...y))
        expect(Math.min(...drawn)).toBe(Math.min(...y))
        if (y.length > 4 * buckets) expect(kept.length).toBeLessThanOrEqual(4 * buckets)
      },
    ),
    { numRuns: repetitions('CASES', 100) },
  )
})

it('keeps a single spike among 100 000 points', () => {
  const y = new Float64Array(100_000)
  y[54_321] = 1
  expect(downsample(ascending(y.length), y)).toContain(54_321)
})

it('keeps gaps as gaps', () => {
  const y = new Float64Array(10_000).fill(1)
  y.fill(NaN, 4000, 6000)
  const kept = downsample(ascending(y.length), y, 100)
  expect(kept.some((i) => i > 4100 && i < 5900 && Number.isNaN(y[i]!))).toBe(true)
  expect(kept.filter((i) => !Number.isNaN(y[i]!)).length).toBeGreaterThan(100)
})

it('ends where all points share one position', () => {
  expect(downsample(new Float64Array(100), ascending(100), 10)).toContain(99)
})

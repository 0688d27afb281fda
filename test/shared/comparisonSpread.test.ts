import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignCurves } from '#shared/comparisonAlign'
import { bandOf, mean, quantile, standardDeviation } from '#shared/comparisonSpread'
import type { Spread } from '#shared/comparison'
import { expectClose } from '../helpers/expectClose'
import { repetitions } from '../helpers/repetitions'

const kinds = ['none', 'std', 'sem', 'minMax', 'quantile', 'bootstrap'] as const
const spread = (kind: Spread['kind'], coverage = 0.9): Spread => ({ kind, coverage })
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const column = (values: readonly number[]) => ({
  x: Float64Array.of(0),
  values: values.map((value) => Float64Array.of(value)),
  interpolated: 0,
})
const bandAt = (values: readonly number[], kind: Spread['kind'], coverage?: number) => {
  const { centre, low, high, n } = bandOf(column(values), spread(kind, coverage))
  return { centre: centre[0]!, low: low[0]!, high: high[0]!, n: n[0]! }
}

const many = { numRuns: repetitions('CASES', 100) }

describe('bandOf', () => {
  // NumPy 1.26: mean, std(ddof=1), median, quantile([0.05, 0.95]) of [1, 2, 4, 8, 16].
  const values = [1, 2, 4, 8, 16]
  it.each([
    ['std', 6.2, 6.2 - 6.099180272790763, 6.2 + 6.099180272790763],
    ['sem', 6.2, 6.2 - 2.7276363393971716, 6.2 + 2.7276363393971716],
    ['minMax', 6.2, 1, 16],
    ['quantile', 4, 1.2, 14.4],
  ] as const)('agrees with NumPy for %s', (kind, centre, low, high) => {
    const band = bandAt(values, kind)
    // A handful of rounded operations on numbers below 20.
    expectClose([band.centre, band.low, band.high], [centre, low, high], { rtol: 1e-14 })
    expect(band.n).toBe(5)
  })

  it('bootstraps an interval of the mean that is close to the normal one for many runs, and always the same', () => {
    const many = Array.from({ length: 200 }, (_, i) => Math.sin(i * 12.9898) * 3 + 5)
    const [boot, sem] = [bandAt(many, 'bootstrap', 0.95), bandAt(many, 'sem')]
    // 1.96 standard errors; 1000 resamples leave the ends uncertain by a few percent of their distance.
    expectClose(boot.high - boot.centre, 1.96 * (sem.high - sem.centre), { rtol: 0.15 })
    expectClose(boot.centre - boot.low, 1.96 * (sem.centre - sem.low), { rtol: 0.15 })
    expect(bandAt(many, 'bootstrap', 0.95)).toEqual(boot)
  })

  it.each(kinds)('%s: the middle lies in the range of the values and between the edges', (kind) => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 2, maxLength: 9 }), (given) => {
        const { centre, low, high, n } = bandAt(given, kind)
        const [least, most] = [Math.min(...given), Math.max(...given)]
        expect(n).toBe(given.length)
        expect(centre).toBeGreaterThanOrEqual(least)
        expect(centre).toBeLessThanOrEqual(most)
        if (kind === 'none') {
          expect([low, high]).toEqual([NaN, NaN])
          return
        }
        // A resampled mean is a sum in another order: a few roundings of the largest value.
        const slack = kind === 'bootstrap' ? 4e-16 * given.length * Math.max(-least, most) : 0
        expect(low - slack).toBeLessThanOrEqual(centre)
        expect(high + slack).toBeGreaterThanOrEqual(centre)
      }),
      many,
    )
  })

  it.each(kinds)(
    '%s: counts the runs at every place, says nothing of spread for one and nothing at all for none',
    (kind) => {
      const gappy = fc.array(fc.oneof(finite, fc.constant(NaN)), { minLength: 5, maxLength: 5 })
      fc.assert(
        fc.property(fc.array(gappy, { minLength: 1, maxLength: 5 }), (rows) => {
          const x = Float64Array.of(0, 1, 2, 3, 4)
          const band = bandOf({ x, values: rows.map((row) => Float64Array.from(row)), interpolated: 0 }, spread(kind))
          x.forEach((_, i) => {
            const present = rows.filter((row) => !Number.isNaN(row[i])).length
            expect(band.n[i]).toBe(present)
            expect(Number.isNaN(band.centre[i])).toBe(present === 0)
            expect(Number.isNaN(band.low[i])).toBe(present < 2 || kind === 'none')
          })
        }),
        many,
      )
    },
  )

  it('has edges that do not depend on the order of the runs, where no sum is taken', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 8 }), (given) => {
        const reversed = given.toReversed()
        for (const kind of ['minMax', 'quantile'] as const) {
          const [a, b] = [bandAt(given, kind), bandAt(reversed, kind)]
          expect([a.low, a.high]).toEqual([b.low, b.high])
        }
      }),
      many,
    )
  })

  it('follows ragged runs: n falls where runs end', () => {
    const runs = [3, 3, 2].map((length, k) => ({
      x: Float64Array.from({ length }, (_, i) => i),
      y: Float64Array.from({ length }, (_, i) => 10 * i + k),
    }))
    const { n, centre } = bandOf(alignCurves(runs), spread('std'))
    expect([...n]).toEqual([3, 3, 2])
    expect([...centre]).toEqual([1, 11, 20.5])
  })
})

describe('mean, standardDeviation and quantile', () => {
  it('survive values whose sum or square overflows', () => {
    expect(mean(Float64Array.of(1e308, 1.5e308))).toBeCloseTo(1.25e308, -300)
    expectClose(standardDeviation(Float64Array.of(1e300, -1e300)), Math.SQRT2 * 1e300, { rtol: 1e-15 })
    expectClose(standardDeviation(Float64Array.of(1e-300, 3e-300)), Math.SQRT2 * 1e-300, { rtol: 1e-14 })
  })
  it('say nothing of the spread of a single value, and 0 of equal ones', () => {
    expect(standardDeviation(Float64Array.of(3))).toBeNaN()
    expect(standardDeviation(Float64Array.of(3, 3))).toBe(0)
  })
  it('reach the ends and the middle', () => {
    const sorted = Float64Array.of(1, 2, 10)
    expect([0, 0.5, 1].map((p) => quantile(sorted, p))).toEqual([1, 2, 10])
  })
})

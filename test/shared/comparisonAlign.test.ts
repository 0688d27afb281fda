import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignCurves, type RunCurve } from '#shared/comparisonAlign'
import { repetitions } from '../helpers/repetitions'

const value = fc.double({ noDefaultInfinity: false })
/** Curves over ascending places, some of them shared, with values that may be anything. */
const curve: fc.Arbitrary<RunCurve> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), value), { minLength: 0, maxLength: 25 })
  .map((points) => points.toSorted(([a], [b]) => a - b))
  .map((points) => ({
    x: Float64Array.from(points, ([x]) => x),
    y: Float64Array.from(points, ([, y]) => y),
  }))
const curves = fc.array(curve, { maxLength: 6 })
const lastAt = ({ x, y }: RunCurve, at: number) => y[x.lastIndexOf(at)]!

const many = { numRuns: repetitions('CASES', 100) }

describe('alignCurves', () => {
  it('has every measured place once, in order', () => {
    fc.assert(
      fc.property(curves, (given) => {
        const { x } = alignCurves(given)
        expect([...x]).toEqual([...new Set(given.flatMap((one) => [...one.x]))].sort((a, b) => a - b))
      }),
      many,
    )
  })

  it('gives what was measured where it was measured, bit for bit, and nothing for what is not finite', () => {
    fc.assert(
      fc.property(curves, (given) => {
        const { x, values } = alignCurves(given)
        given.forEach((one, k) => {
          for (const at of one.x) {
            const measured = lastAt(one, at)
            expect(values[k]![x.indexOf(at)]).toBe(Number.isFinite(measured) ? measured : NaN)
          }
        })
      }),
      many,
    )
  })

  it('never continues a run beyond its ends, and stays between neighbours inside', () => {
    fc.assert(
      fc.property(curves, (given) => {
        const { x, values, interpolated } = alignCurves(given)
        let counted = 0
        given.forEach((one, k) => {
          x.forEach((at, i) => {
            const aligned = values[k]![i]!
            if (one.x.includes(at)) return
            const before = one.x.findLastIndex((place) => place < at)
            const isInside = before >= 0 && before < one.x.length - 1
            const ends = isInside ? [one.y[before]!, lastAt(one, one.x[before + 1]!)] : [NaN, NaN]
            if (!ends.every(Number.isFinite)) {
              expect(aligned).toBeNaN()
              return
            }
            counted++
            expect(aligned).toBeGreaterThanOrEqual(Math.min(...ends))
            expect(aligned).toBeLessThanOrEqual(Math.max(...ends))
          })
        })
        expect(interpolated).toBe(counted)
      }),
      many,
    )
  })

  it('draws the straight line between two measurements', () => {
    const { x, values } = alignCurves([
      { x: Float64Array.of(0, 10), y: Float64Array.of(1, 3) },
      { x: Float64Array.of(5), y: Float64Array.of(7) },
    ])
    expect([[...x], [...values[0]!], [...values[1]!]]).toEqual([
      [0, 5, 10],
      [1, 2, 3],
      [NaN, 7, NaN],
    ])
  })

  it('refuses places that go back, and values without a place', () => {
    expect(() => alignCurves([{ x: Float64Array.of(1, 0), y: Float64Array.of(1, 1) }])).toThrow(/must not decrease/)
    expect(() => alignCurves([{ x: Float64Array.of(0, NaN), y: Float64Array.of(1, 1) }])).toThrow(/finite/)
    expect(() => alignCurves([{ x: Float64Array.of(0), y: Float64Array.of(1, 1) }])).toThrow(/1 places for 2 values/)
  })
})

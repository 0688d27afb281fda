import fc from 'fast-check'
import { expect, it } from 'vitest'
import { placesOn } from '#charts/compare/places'

const placed = placesOn({ position: (value) => value, range: { from: 10, to: 20 } })

it('places the array that runs share once', () => {
  const steps = Float64Array.of(1, 12, 30)
  expect(placed(steps)).toBe(placed(steps))
  expect(placed(steps.slice())).not.toBe(placed(steps))
})

it('takes everything in sight and one point beyond each end', () => {
  fc.assert(
    fc.property(fc.float64Array({ min: 0, max: 30, noNaN: true }), (given) => {
      const x = given.sort()
      const { start, end } = placed(x)
      const kept = x.subarray(start, end)
      const inSight = x.filter((at) => at >= 10 && at <= 20)
      expect(kept.filter((at) => at >= 10 && at <= 20)).toEqual(inSight)
      if (inSight.length === 0) return
      expect(kept.length - inSight.length).toBeLessThanOrEqual(2)
      if (x.some((at) => at < 10)) expect(kept[0]).toBeLessThan(10)
      if (x.some((at) => at > 20)) expect(kept.at(-1)).toBeGreaterThan(20)
    }),
  )
})

it('takes a curve that turns back whole', () => {
  expect(placed(Float64Array.of(25, 12, 3, 14))).toMatchObject({ isAscending: false, start: 0, end: 4 })
})

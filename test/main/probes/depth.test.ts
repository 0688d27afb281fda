import { describe, expect, it } from 'vitest'
import { matrix } from '#main/compute/matrix'
import { discrimination } from '#main/probes/discrimination'
import { lineFit } from '#shared/lineFit'
import { ratiosOf } from '#main/probes/ratiosOf'
import { probeById } from '#main/probes/registry'
import { separation } from '#main/probes/separation'
import { collapseStart } from '#main/systems/progressive-collapse/network'
import { collapsePresets } from '#main/systems/progressive-collapse/presets'
import { withSnapshot } from '#main/systems/linear-network/withTraining'
import { expectClose } from '../../helpers/expectClose'
import { moved, pairsAround, randomFeatures } from './features'

describe('discrimination', () => {
  it('is 1 − the largest cosine between class means', () => {
    const means = matrix(2, 3, Float64Array.of(1, 0, -2, 0, 3, 2))
    const { features, sizes } = pairsAround(means, [0.3, -0.1])
    // Cosines 0, −1/√2, 1/√2.
    expectClose(discrimination(features, sizes), 1 - Math.SQRT1_2, { rtol: 1e-15 })
  })

  it('is 1 + 1/(K − 1) for a simplex, and 0 for classes in one direction', () => {
    const simplex = matrix(3, 3, Float64Array.of(2, -1, -1, -1, 2, -1, -1, -1, 2))
    expectClose(discrimination(simplex, [1, 1, 1]), 1.5, { rtol: 1e-15 })
    expectClose(discrimination(matrix(1, 2, Float64Array.of(1, 5)), [1, 1]), 0, { atol: 1e-15 })
  })

  it('does not change under rotation and scale, but under a shift', () => {
    const features = randomFeatures({ d: 4, N: 12, seed: 1 })
    const sizes = [5, 4, 3]
    const value = discrimination(features, sizes)
    // About a hundred rounded operations.
    expectClose(discrimination(moved(features, { scale: 3 }), sizes), value, { rtol: 1e-12 })
    expect(Math.abs(discrimination(moved(features, { shift: 2 }), sizes) - value)).toBeGreaterThan(0.1)
  })

  it('says where it is undefined', () => {
    expect(() => discrimination(matrix(2, 2), [1, 1])).toThrow(/mean of class 0 is zero/)
    expect(() => discrimination(randomFeatures({ d: 2, N: 3, seed: 1 }), [3])).toThrow(/one class/)
    expect(() => discrimination(randomFeatures({ d: 2, N: 3, seed: 1 }), [2, 2])).toThrow(/2 \+ 2.*3 columns/)
  })
})

describe('lineFit', () => {
  it('finds a line and its direction', () => {
    const { slope, intercept, correlation } = lineFit([5, 3, 1, -1])
    expectClose([slope, intercept, correlation], [-2, 5, -1], { rtol: 1e-15 })
  })

  it('minimises the squared residuals', () => {
    const values = [1, 4, 2, 7, 3]
    const { slope, intercept, correlation } = lineFit(values)
    const residual = (a: number, b: number) => values.reduce((sum, y, i) => sum + (y - a * i - b) ** 2, 0)
    const least = residual(slope, intercept)
    for (const [da, db] of [
      [0.01, 0],
      [-0.01, 0],
      [0, 0.01],
      [0, -0.01],
    ] as const) {
      expect(residual(slope + da, intercept + db)).toBeGreaterThan(least)
    }
    // r² is the explained share: total 21.2 about the mean 3.4.
    expectClose(correlation ** 2, 1 - least / 21.2, { rtol: 1e-13 })
  })

  it.each([[[1, 2]], [[3, 3, 3]], [[1, NaN, 2]], [[1, -Infinity, 2]]])('refuses %o', (values) => {
    expect(() => lineFit(values)).toThrow(/three finite values that differ/)
  })
})

describe('ratiosOf', () => {
  it('divides neighbours', () => expect(ratiosOf([8, 4, 1])).toEqual(Float64Array.of(0.5, 0.25)))
})

describe('depthProfile probe', () => {
  it('counts the input as l = 0, where the separation probe has layer 1', async () => {
    const params = { ...collapsePresets.paper.params, init: 'normal', depth: 4 }
    await withSnapshot(collapseStart(params, 0), async (snapshot) => {
      const measured = await probeById('depthProfile').measure(snapshot, new AbortController().signal)
      const of = (quantity: string, layer: number | null = null) =>
        measured.find((m) => m.quantity === quantity && m.layer === layer)!.data
      const layers = await snapshot.layers()
      const { classSizes } = snapshot.split
      expect([...of('separationProfile')]).toEqual(layers.map(({ input }) => separation(input, classSizes)))
      expectClose(of('discrimination', 3), [discrimination(layers[2]!.input, classSizes)])
      expect(of('separationRatios')).toHaveLength(3)
      const told = layers.slice(1).map(({ input }) => discrimination(input, classSizes))
      expectClose(of('discriminationCorrelation'), [lineFit(told).correlation])
    })
  })
})

import { describe, expect, it } from 'vitest'
import {
  largestGap,
  logRatio,
  median,
  medianAbsoluteDeviation,
  outlierCounts,
  robustThreshold,
  theoryCount,
} from '#main/spectra/outlierRules'
import { expectClose } from '../../helpers/expectClose'

const values = Float64Array.of(9, 8, 7.5, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
const allRules = (e: Float64Array) => outlierCounts({ values: e }).map((r) => r.count)

describe('outlier rules', () => {
  it('agree on a clear spectrum, each with its threshold', () => {
    const counts = outlierCounts({ values }, 3)
    expect(counts.map((c) => [c.rule, c.count])).toEqual([
      ['theory', 3],
      ['largestGap', 3],
      ['logRatio', 3],
      ['robustThreshold', 3],
    ])
    for (const { count, threshold } of counts) expect(values.filter((e) => e > threshold)).toHaveLength(count)
  })

  it('follow the formulas', () => {
    // med = 0.85; deviations 8.15 7.15 6.65 .15 .05 .05 .15 .25 .35 .45: mad = (.25 + .35)/2 = 0.3
    expectClose([median(values), medianAbsoluteDeviation(values)], [0.85, 0.3], { rtol: 1e-14 })
    expectClose(largestGap({ values }).statistic, 6.5, { rtol: 1e-15 })
    expectClose(robustThreshold({ values }).threshold, 0.85 + 6 * 1.4826 * 0.3, { rtol: 1e-14 })
    expectClose(logRatio({ values }).statistic, Math.log(6.65 / (3 * 1.4826 * 0.3)), { rtol: 1e-13 })
  })

  it('do not depend on the scale of the spectrum', () => {
    for (const scale of [1e-12, 1e12]) expect(allRules(values.map((e) => e * scale))).toEqual([3, 3, 3])
  })

  it('give ties to the smallest count and look at no more than half', () => {
    expect(largestGap({ values: Float64Array.of(4, 3, 2, 1, 0, -1) }).count).toBe(1)
    expect(largestGap({ values: Float64Array.of(5, 5, 5, 0) }).count).not.toBe(3)
  })

  it('find nothing where all eigenvalues are equal', () => {
    expect(allRules(new Float64Array(6))).toEqual([0, 0, 0])
    expect(allRules(new Float64Array(6).fill(2))).toEqual([0, 0, 0])
    expect(allRules(Float64Array.of(3))).toEqual([0, 0, 0])
  })

  it('use the gap within the list when only the top is known', () => {
    const top = { values: values.subarray(0, 5), dimension: 1000 }
    expect(largestGap(top)).toMatchObject({ count: 3, statistic: 6.5 })
    expect(outlierCounts(top, 2).map((c) => c.rule)).toEqual(['theory', 'largestGap'])
    expect(theoryCount(top, 9)).toMatchObject({ count: 9, threshold: NaN })
    expect(() => logRatio(top)).toThrow(/only 5 of 1000.*largestGap/)
    expect(() => robustThreshold(top)).toThrow(/only 5 of 1000/)
  })

  it('refuse what is not a descending list', () => {
    expect(() => largestGap({ values: Float64Array.of(1, 2) })).toThrow(/eigenvalue 2 is 2.*descending/)
    expect(() => largestGap({ values: Float64Array.of(1, NaN) })).toThrow(/finite/)
    expect(() => largestGap({ values: new Float64Array(0) })).toThrow(/no eigenvalues/)
    expect(() => largestGap({ values, dimension: 4 })).toThrow(/10 eigenvalues of a 4/)
    expect(() => theoryCount({ values }, 1.5)).toThrow(/not a count/)
  })
})

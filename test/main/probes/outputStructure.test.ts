import { describe, expect, it } from 'vitest'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { effectiveRank, participationRatio, stableRank } from '#main/probes/effectiveRanks'
import { outputCollapseDistance, smallestMargin } from '#main/probes/outputCollapse'
import { unusedWeight } from '#main/probes/unusedWeight'
import { expectClose } from '../../helpers/expectClose'

describe('ranks between 1 and the number of singular values', () => {
  it('count equal values, ignore zeros and are 1 for one direction', () => {
    for (const rank of [stableRank, effectiveRank, participationRatio]) {
      expectClose(rank(Float64Array.of(7, 7, 7, 0)), 3, { rtol: 1e-14 })
      expectClose(rank(Float64Array.of(1e-200, 0)), 1, { rtol: 1e-14 })
      expect(rank(Float64Array.of(0, 0))).toBe(0)
      expect(rank(new Float64Array())).toBe(0)
    }
  })

  it('follow their formulas', () => {
    const sigma = Float64Array.of(2, 1)
    expectClose(stableRank(sigma), 5 / 4, { rtol: 1e-15 })
    expectClose(participationRatio(sigma), 25 / 17, { rtol: 1e-15 })
    expectClose(effectiveRank(sigma), 3 / 2 ** (2 / 3), { rtol: 1e-15 })
  })
})

describe('distance of the outputs from collapse', () => {
  // Three classes of 1, 2 and 3 samples.
  const sizes = [1, 2, 3]
  const columns = [0, 1, 1, 2, 2, 2]
  const outputs = (entry: (c: number, k: number) => number) =>
    matrix(
      3,
      6,
      Float64Array.from({ length: 18 }, (_, at) => entry(Math.floor(at / 6), columns[at % 6]!)),
    )

  it('is zero for the frame at any scale, and 2 for its opposite', () => {
    const simplex = outputs((c, k) => 5 * ((c === k ? 1 : 0) - 1 / 3))
    expectClose(outputCollapseDistance(simplex, sizes, 'simplexEtf'), 0, { atol: 1e-15 })
    expect(outputCollapseDistance(simplex, sizes, 'orthogonal')).toBeGreaterThan(0.1)
    const opposite = outputs((c, k) => (c === k ? -1e-9 : 0))
    expectClose(outputCollapseDistance(opposite, sizes, 'orthogonal'), 2, { rtol: 1e-14 })
  })

  it('is undefined for zero outputs', () => {
    expect(() => outputCollapseDistance(matrix(3, 6), sizes, 'simplexEtf')).toThrow(/all outputs are zero/)
  })

  it('has the smallest lead beside it', () => {
    expect(
      smallestMargin(
        outputs((c, k) => (c === k ? 2 : c === 0 ? 1.5 : 0)),
        sizes,
      ),
    ).toBe(0.5)
    expect(
      smallestMargin(
        outputs((c) => c),
        sizes,
      ),
    ).toBe(-2)
  })
})

describe('unused weight', () => {
  const means = matrix(4, 3, random(1, 'means').normal(12))

  it('is zero for a weight made of the centred means and one for one across them', () => {
    // (1, −1, 0) and (0, 1, −1) of the means span the differences.
    const difference = (a: number, b: number) =>
      [0, 1, 2, 3].map((i) => means.data[i * 3 + a]! - means.data[i * 3 + b]!)
    const within = matrix(2, 4, Float64Array.from([...difference(0, 1), ...difference(2, 1)]))
    expectClose(unusedWeight(within, means), 0, { atol: 1e-14 })
    // Classes that differ in the first coordinate only.
    const along = matrix(2, 3, Float64Array.of(1, 2, 3, 5, 5, 5))
    expect(unusedWeight(matrix(1, 2, Float64Array.of(0, 3)), along)).toBe(1)
    expectClose(unusedWeight(matrix(1, 2, Float64Array.of(4, 3)), along), 0.6, { rtol: 1e-14 })
  })
})

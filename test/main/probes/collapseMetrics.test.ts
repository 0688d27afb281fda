import { describe, expect, it } from 'vitest'
import { matmul, pseudoInverse } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { betweenCovariance } from '#main/probes/betweenCovariance'
import { centredMeans, classMeans } from '#main/probes/classMeans'
import { nc1, nc1Ratio } from '#main/probes/nc1'
import { nc2OrthogonalFrame, nc2SimplexEtf } from '#main/probes/nc2'
import { nc3 } from '#main/probes/nc3'
import { separation } from '#main/probes/separation'
import { withinCovariance } from '#main/probes/withinCovariance'
import { expectClose } from '../../helpers/expectClose'
import { filled, moved, pairsAround, randomFeatures } from './features'

const sizes = [5, 4, 6]
const features = randomFeatures({ d: 7, N: 15, seed: 1 })
const zero = matrix(7, 15)
const measures = { nc1, nc1Ratio, separation }

describe.each(Object.entries(measures))('%s', (_, measure) => {
  it('does not change when feature space is rotated, scaled and shifted', () => {
    const other = moved(features, { scale: 0.7, shift: 3 })
    // About a hundred rounded operations on numbers near 3 (1e-14), plus two digits of margin.
    expectClose(measure(other, sizes), measure(features, sizes), { rtol: 1e-12 })
  })
  it('is zero to rounding when every sample equals its class mean', () => {
    const { features: collapsed, sizes: pairs } = pairsAround(
      filled(4, 3, (i, j) => Math.sin(i + 2 * j)),
      [0, 0, 0, 0],
    )
    expect(measure(collapsed, pairs)).toBeLessThan(1e-30)
  })
  it('keeps its value for features of size 1e-150, whose squares are near the end of double precision', () => {
    const tiny = moved(features, { scale: 1e-150 })
    expectClose(measure(tiny, sizes), measure(features, sizes), { rtol: 1e-11 })
  })
  it('says that a network collapsed to zero has no value', () => {
    expect(() => measure(zero, sizes)).toThrow(expect.objectContaining({ code: 'degenerate' }))
  })
  it('says what to pass when the sizes do not fit', () => {
    expect(() => measure(features, [7, 7])).toThrow(/7 \+ 7.*15 columns.*by class/)
    expect(() => measure(features, [15, 0])).toThrow(/15 \+ 0.*at least one sample/)
  })
})

describe('nc1', () => {
  it('agrees with its definition, tr(Σ_W Σ_B†)/K with covariances and a pseudo-inverse', () => {
    const product = matmul(
      withinCovariance(features, sizes),
      pseudoInverse(betweenCovariance(features, sizes), { cutoff: 1e-10 }),
    )
    const trace = product.data.reduce((sum, value, at) => sum + (at % 8 === 0 ? value : 0), 0)
    // Rounding grows with the square of the condition of the means, about two digits here.
    expectClose(nc1(features, sizes), trace / 3, { rtol: 1e-11 })
  })
  it('does not see scatter outside the span of the means, where separation does', () => {
    const means = filled(4, 3, (i, j) => (i === j ? 1 : 0))
    const { features: spread, sizes: pairs } = pairsAround(means, [0, 0, 0, 0.5])
    expect(nc1(spread, pairs)).toBeLessThan(1e-30)
    // tr Σ_W = 1/4, tr Σ_B = 1 − 1/3
    expectClose(separation(spread, pairs), 3 / 8, { rtol: 1e-14 })
  })
})

describe('nc2', () => {
  const orthogonal = filled(5, 4, (i, j) => (i === j ? 3 : 0))
  it('is zero for orthogonal means of equal length, which are a simplex once centred', () => {
    expect(nc2OrthogonalFrame(orthogonal)).toBeLessThan(1e-15)
    expect(nc2SimplexEtf(orthogonal)).toBeLessThan(1e-15)
  })
  it('tells a simplex from an orthogonal frame', () => {
    // The Gram matrices are I and I − 11ᵀ/K: cosine √((K − 1)/K), distance √(2 − 2 cosine).
    const expected = Math.sqrt(2 - 2 * Math.sqrt(3 / 4))
    expectClose(nc2OrthogonalFrame(centredMeans(orthogonal)), expected, { rtol: 1e-14 })
  })
  it('does not change when the means are rotated and scaled', () => {
    const means = classMeans(features, sizes)
    const rotated = classMeans(moved(features, { scale: 2 }), sizes)
    expectClose(nc2OrthogonalFrame(rotated), nc2OrthogonalFrame(means), { rtol: 1e-13 })
    expectClose(nc2SimplexEtf(rotated), nc2SimplexEtf(means), { rtol: 1e-13 })
  })
  it('is undefined for means that all coincide', () => {
    const equal = filled(3, 2, (i) => i + 1)
    expect(() => nc2SimplexEtf(equal)).toThrow(expect.objectContaining({ code: 'degenerate' }))
    expect(() => nc2OrthogonalFrame(matrix(3, 2))).toThrow(/no extent/)
  })
})

describe('nc3', () => {
  const means = filled(4, 3, (i, j) => Math.sin(1 + i + 4 * j))
  const aligned = filled(3, 4, (i, j) => 5 * means.data[j * 3 + i]!)
  it('runs from 0 for a classifier along the means to 2 for one against them', () => {
    expect(nc3(aligned, means)).toBeLessThan(1e-15)
    const opposite = matrix(
      3,
      4,
      aligned.data.map((a) => -a),
    )
    expectClose(nc3(opposite, means), 2, { rtol: 1e-15 })
  })
  it('asks for a classifier of the right shape and for one that is not zero', () => {
    expect(() => nc3(means, means)).toThrow(/classifier is 4 × 3.*Pass a classifier of 3 × 4/)
    expect(() => nc3(matrix(3, 4), means)).toThrow(expect.objectContaining({ code: 'degenerate' }))
  })
})

import { describe, expect, it } from 'vitest'
import { matmul, pseudoInverse } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { cdnv } from '#main/probes/cdnv'
import { centredMeans, classMeans } from '#main/probes/classMeans'
import { frameGeometry, simplexDistance } from '#main/probes/frameGeometry'
import { nc1 } from '#main/probes/nc1'
import { betweenFactor, nc1Variant } from '#main/probes/nc1Variants'
import { classLabels, disagreement, largestOutput, nearestClassCentre } from '#main/probes/nearestClassCentre'
import { withinCovariance } from '#main/probes/withinCovariance'
import { expectClose } from '../../helpers/expectClose'
import { filled, moved, pairsAround, randomFeatures } from './features'

const sizes = [5, 4, 6]
const features = randomFeatures({ d: 7, N: 15, seed: 1 })
const conventions = ['classMean', 'sampleMean', 'weighted'] as const

describe.each(conventions)('nc1Variant, %s', (convention) => {
  it('is the trace with an explicit pseudo-inverse', () => {
    const B = betweenFactor(features, sizes, convention)
    const inverse = pseudoInverse(matmul(B, B, { transposeB: true }), { cutoff: 1e-12 })
    const product = matmul(withinCovariance(features, sizes), inverse)
    const trace = product.data.reduce((sum, value, at) => sum + (at % 8 === 0 ? value : 0), 0)
    // The pseudo-inverse squares the condition number of B, about 10.
    const { value, rank } = nc1Variant(features, sizes, convention)
    expectClose(value, trace, { rtol: 1e-12 })
    expect(rank).toBe(2)
  })

  it('does not change when feature space is rotated, scaled and shifted', () => {
    const other = nc1Variant(moved(features, { scale: 0.7, shift: 3 }), sizes, convention).value
    expectClose(other, nc1Variant(features, sizes, convention).value, { rtol: 1e-12 })
  })

  it('agrees with the others for classes of one size', () => {
    const balanced = randomFeatures({ d: 7, N: 15, seed: 2 })
    expectClose(nc1Variant(balanced, [5, 5, 5], convention).value, 3 * nc1(balanced, [5, 5, 5]), { rtol: 1e-12 })
  })

  it('says that coinciding means have no value', () => {
    expect(() => nc1Variant(matrix(3, 4), [2, 2], convention)).toThrow(/all class means coincide/)
  })
})

describe('nc1Variant in float32', () => {
  it('survives features stored in single precision (claim C27)', () => {
    const [d, K, n] = [64, 10, 20]
    const means = random(1, 'means').normal(d * K)
    const noise = random(1, 'noise').normal(d * K * n)
    // A large common offset, on which float32 covariances cancel.
    const exact = filled(d, K * n, (a, i) => 3 + means[a * K + Math.floor(i / n)]! + 0.3 * noise[a * K * n + i]!)
    const rounded = matrix(d, K * n, Float64Array.from(Float32Array.from(exact.data)))
    const of = (given: typeof exact) => nc1Variant(given, Array<number>(K).fill(n), 'classMean').value
    expectClose(of(rounded), of(exact), { rtol: 1e-4 })
  })
})

describe('cdnv', () => {
  it('is the mean of pairwise ratios', () => {
    // Means 0, 2 and 4 on a line, samples ±0.5 around each: variance 1/4, squared distances 4, 4 and 16.
    const { features: line, sizes: pairs } = pairsAround(matrix(1, 3, Float64Array.of(0, 2, 4)), [0.5])
    expectClose(cdnv(line, pairs), (1 / 16 + 1 / 16 + 1 / 64) / 3, { rtol: 1e-15 })
  })

  it('does not change when feature space is rotated, scaled and shifted', () => {
    expectClose(cdnv(moved(features, { scale: 0.7, shift: 3 }), sizes), cdnv(features, sizes), { rtol: 1e-12 })
  })

  it('names the classes whose means coincide', () => {
    expect(() => cdnv(matrix(2, 3, Float64Array.of(1, 0, 1, 1, 0, 1)), [1, 1, 1])).toThrow(/classes 0 and 2 coincide/)
  })
})

describe('frameGeometry', () => {
  it('has nothing to report for a simplex (claim C24)', () => {
    const simplex = filled(4, 4, (i, j) => (i === j ? 3 : -1))
    const found = frameGeometry(simplex)
    expectClose(found.largestCosine, -1 / 3, { rtol: 1e-14 })
    const { lengthVariation, lengthVariationBessel, cosineDeviation, angleDeficit } = found
    expectClose([lengthVariation, lengthVariationBessel, cosineDeviation, angleDeficit], [0, 0, 0, 0], { atol: 1e-15 })
    expectClose(simplexDistance(matmul(simplex, simplex, { transposeA: true })), 0, { atol: 1e-15 })
  })

  it('has the deviations of lengths 3 and 4 at a right angle', () => {
    const found = frameGeometry(matrix(2, 2, Float64Array.of(3, 0, 0, 4)))
    expectClose(found.lengthVariation, 0.5 / 3.5, { rtol: 1e-15 })
    expectClose(found.lengthVariationBessel, Math.SQRT1_2 / 3.5, { rtol: 1e-14 })
    expect([found.largestCosine, found.angleDeficit, found.cosineDeviation]).toEqual([0, 1, 0])
  })

  it('finds the two centred means opposite for K = 2 (claim C26)', () => {
    const centred = centredMeans(classMeans(features, [7, 8]))
    expectClose(frameGeometry(centred).largestCosine, -1, { rtol: 1e-14 })
    expectClose(simplexDistance(matmul(centred, centred, { transposeA: true })), 0, { atol: 1e-14 })
  })

  it('refuses vectors without a direction', () => {
    expect(() => frameGeometry(matrix(2, 2, Float64Array.of(1, 0, 0, 0)))).toThrow(/lengths 1, 0/)
    expect(() => frameGeometry(matrix(2, 1, Float64Array.of(1, 0)))).toThrow(/1 vectors/)
  })
})

describe('nearest class centre', () => {
  const points = matrix(1, 4, Float64Array.of(0.2, 0.9, 0.5, 2))
  const centres = matrix(1, 2, Float64Array.of(0, 1))

  it('goes to the lowest class in a tie', () => {
    expect([...nearestClassCentre(points, centres)]).toEqual([0, 1, 0, 1])
    expect([...largestOutput(matrix(2, 3, Float64Array.of(1, 2, 5, 1, 3, 4)))]).toEqual([0, 1, 0])
  })

  it('is compared sample by sample', () => {
    const labels = classLabels(points, [1, 3])
    expect([...labels]).toEqual([0, 1, 1, 1])
    expect(disagreement(labels, nearestClassCentre(points, centres))).toBe(0.25)
    expect(() => disagreement(labels, labels.slice(1))).toThrow(/4 and 3 classified samples/)
    expect(() => nearestClassCentre(points, matrix(2, 2))).toThrow(/1 dimensions, means 2/)
  })

  it('does not change when feature space is rotated, scaled and shifted', () => {
    const other = moved(features, { scale: 2, shift: 3 })
    expect(nearestClassCentre(other, classMeans(other, sizes))).toEqual(
      nearestClassCentre(features, classMeans(features, sizes)),
    )
  })
})

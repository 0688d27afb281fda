import { describe, expect, it } from 'vitest'
import { norm } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { totalGradient } from '#main/probes/totalGradient'
import { denseSpectrum } from '#main/spectra/index'
import { balancedParameters } from '#main/systems/deep-ufm/balancedParameters'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { uniformConfig, type UfmConfig } from '#main/systems/deep-ufm/config'
import { lowerSimplexSolution, simplexSolution, simplexThresholds } from '#main/systems/deep-ufm/crossEntropy'
import { codeShape, oddPairShape, pairShape, polygonShape, simplexShape } from '#main/systems/deep-ufm/logitShapes'
import { repeatColumns } from '#main/systems/deep-ufm/repeatColumns'
import { inertiaOf } from '#main/systems/deep-ufm/simplexSpectra'
import {
  asymptoticCost,
  blockStructure,
  collapseStructure,
  pairCrossing,
  pairStructure,
  polygonStructure,
  shapeLoss,
  structureOf,
  type Structure,
} from '#main/systems/deep-ufm/structures'
import { expectClose } from '../../../helpers/expectClose'

const at = (K: number, L: number, lambda: number, n = 1, width = K) => uniformConfig({ K, n, depth: L, width, lambda })

/** Loss, gradient norm and Hessian of the balanced network that carries a structure. */
async function network(config: UfmConfig, structure: Structure) {
  const parameters = balancedParameters(config, repeatColumns(structure.classMeanLogits, config.n))
  return withSnapshot({ config, variant: { loss: 'ce', activation: 'linear' }, parameters }, async (snapshot) => {
    const { data, regularisation } = await snapshot.loss()
    const gradient = Object.values(await totalGradient(snapshot)).flatMap((block) => [...block])
    const { values } = await denseSpectrum(snapshot.hessian('total'))
    return { loss: data + regularisation, gradient: norm(Float64Array.from(gradient)), values }
  })
}

describe('structures', () => {
  it.each([
    [4, 1, 0.023232, 0.028271],
    [4, 2, 0.018487, 0.018829],
    [4, 10, 0.024378, 0.018387],
    [6, 2, 0.030811, 0.028932, 0.036659],
    [6, 4, 0.029695, 0.023521, 0.023487],
    [10, 3, 0.052731, 0.041731, 0.053818],
    [10, 6, 0.058525, 0.039983, 0.032002],
  ])('of K = %i, L = %i have the losses of the note', (K, L, dnc, pair, polygon = pair) => {
    const config = at(K, L, 2 ** -10)
    // The table prints six digits.
    expectClose(collapseStructure(config)!.loss, dnc, { atol: 5e-7 })
    expectClose(pairStructure(config)!.loss, pair, { atol: 5e-7 })
    expectClose(polygonStructure(config)!.loss, polygon, { atol: 5e-7 })
  })

  it.each([
    [4, 2, 1],
    [6, 3, 2],
    [10, 1, 1],
    [8, 6, 5],
  ])('solve the equations of the note for K = %i, L = %i, n = %i', (K, L, n) => {
    const config = at(K, L, 1e-3, n)
    const M = L + 1
    const [t, beta] = [simplexSolution(config)!.t, pairStructure(config)!.scales[0]!]
    // A relative error of the scale of 1e-16 counts about t times; five digits of margin are not needed.
    expectClose(collapseStructure(config)!.scales[0]!, t, { rtol: 1e-12 })
    expectClose(collapseStructure(config)!.loss, simplexSolution(config)!.loss, { rtol: 1e-13 })
    const other = (K - 2) * Math.exp(-beta)
    const rightSide =
      (((2 / K) * 2 ** (-2 / M) * beta ** ((L - 1) / M)) / (1 + Math.exp(-2 * beta) + other)) *
      (2 * Math.exp(-2 * beta) + other)
    expectClose(rightSide, 1e-3 * n ** (1 / M), { rtol: 1e-12 })
    const loss =
      Math.log(1 + Math.exp(-2 * beta) + other) + (((1e-3 * M) / 2) * K * (2 * beta * Math.sqrt(n)) ** (2 / M)) / 2
    expectClose(pairStructure(config)!.loss, loss, { rtol: 1e-13 })
  })

  it('are one another where they are the same shape', () => {
    expectClose(polygonStructure(at(3, 4, 0.01))!.loss, collapseStructure(at(3, 4, 0.01))!.loss, { rtol: 1e-13 })
    expectClose(polygonStructure(at(4, 3, 0.01))!.loss, pairStructure(at(4, 3, 0.01))!.loss, { rtol: 1e-13 })
    const config = at(6, 2, 0.01)
    expectClose(blockStructure(config, [6])!.loss, collapseStructure(config)!.loss, { rtol: 1e-13 })
    expectClose(blockStructure(config, [2, 2, 2])!.loss, pairStructure(config)!.loss, { rtol: 1e-13 })
    expectClose(blockStructure(config, [2, 2, 2])!.scales[1]!, 2 * pairStructure(config)!.scales[0]!, { rtol: 1e-12 })
  })

  it.each<[string, (config: UfmConfig) => Structure | null, UfmConfig]>([
    ['pair', pairStructure, at(4, 2, 1 / 128)],
    ['polygon', polygonStructure, at(5, 3, 1 / 256, 2, 6)],
    ['blocks of 2 and 4', (config) => blockStructure(config, [2, 4]), at(6, 2, 1 / 256)],
    [
      'pair with unequal decays',
      pairStructure,
      { K: 4, n: 2, widths: [5, 4, 6], lamH: 0.001, lamW: [0.02, 0.005, 0.01] },
    ],
  ])('%s is a critical point with the stated loss and no negative direction', async (_name, structure, config) => {
    const found = structure(config)!
    const { loss, gradient, values } = await network(config, found)
    // Sums of a few dozen products of order 1.
    expectClose(loss, found.loss, { rtol: 1e-13 })
    expectClose(gradient, 0, { atol: 1e-13 })
    expect(inertiaOf(values, Math.min(config.lamH, ...config.lamW)).negative).toBe(0)
  })

  it('has the blocks of the note, and those that are saddles', async () => {
    const config = at(6, 2, 2 ** -8)
    const mixed = blockStructure(config, [2, 4])!
    expectClose(mixed.scales, [11.9132, 7.1723], { atol: 5e-5 })
    expectClose(mixed.loss, 0.10701426, { atol: 5e-9 })
    expect(mixed.rank).toBe(4)
    for (const [saddle, sizes, negative] of [
      [config, [3, 3], 4],
      [at(5, 3, 2 ** -8), [2, 3], 2],
    ] as const) {
      const { values } = await network(saddle, blockStructure(saddle, sizes)!)
      expect(inertiaOf(values, 2 ** -8).negative).toBe(negative)
    }
    expect(() => blockStructure(config, [5, 1])).toThrow(/5 \+ 1.*at least 2.*K = 6/)
  })

  it('minimise the loss along their scale', () => {
    for (const shape of [simplexShape(7), polygonShape(7), oddPairShape(7), codeShape(matrix(2, 7, unitCode(7)))]) {
      const config = at(7, 3, 1e-3)
      const { scales, loss } = structureOf(config, shape)!
      expectClose(shapeLoss(config, shape, scales[0]!), loss, { rtol: 1e-15 })
      for (const factor of [0.99, 1.01]) expect(shapeLoss(config, shape, scales[0]! * factor)).toBeGreaterThan(loss)
    }
  })

  it('of odd K have a pair bound only, which is not a critical point', async () => {
    const config = at(5, 2, 1 / 256)
    expect(pairStructure(config)).toBeNull()
    expect(() => pairShape(5)).toThrow(/K = 5.*even/)
    const { gradient } = await network(config, structureOf(config, oddPairShape(5))!)
    expect(gradient).toBeGreaterThan(1e-3)
  })

  it('are absent above their threshold and found just below it', () => {
    for (const [K, L] of [
      [4, 2],
      [6, 3],
      [3, 1],
      [10, 6],
    ] as const) {
      // prettier-ignore
      const { exist } = simplexThresholds({ K, n: 2, L })
      const config = (factor: number) => at(K, L, exist * factor, 2)
      for (const factor of [1 + 1e-9, 1.5]) {
        expect(collapseStructure(config(factor))).toBeNull()
        expect(simplexSolution(config(factor))).toBeNull()
      }
      expectClose(collapseStructure(config(1 - 1e-9))!.scales[0]!, simplexSolution(config(1 - 1e-9))!.t, { rtol: 1e-6 })
    }
  })

  it('do not exist for a code with two equal columns', () => {
    expect(structureOf(at(3, 2, 1e-3), codeShape(matrix(2, 3, Float64Array.of(1, 1, 0, 0, 0, 1))))).toBeNull()
  })
})

/** Unit vectors of the plane at unequal angles. */
function unitCode(K: number): Float64Array {
  const angles = Array.from({ length: K }, (_, c) => c + 0.1 * Math.sin(c))
  return Float64Array.from([...angles.map(Math.cos), ...angles.map(Math.sin)])
}

describe('thresholds', () => {
  it.each([
    [2, 4, 0.17766, 0.148276, 0.16201],
    [2, 10, 0.0862609, 0.0705547, 0.0403385],
    [3, 6, 0.131697, 0.0915717, 0.0690458],
  ])('of L = %i, K = %i are those of the note', (L, K, exist, zero, psd) => {
    const found = simplexThresholds({ K, n: 1, L })
    expectClose([found.exist, found.zero, found.psd!], [exist, zero, psd], { rtol: 5e-6 })
    const scaled = simplexThresholds({ K, n: 8, L })
    expectClose(scaled.psd!, found.psd! * 8 ** (-1 / (L + 1)), { rtol: 1e-14 })
  })

  it('have the loss of zero at λ_zero', () => {
    const { zero } = simplexThresholds({ K: 5, n: 3, L: 4 })
    expectClose(simplexSolution(at(5, 4, zero, 3))!.loss, Math.log(5), { rtol: 1e-12 })
  })

  it('coincide for L = 1', () => {
    const { exist, zero, psd, scaleAtExist } = simplexThresholds({ K: 4, n: 4, L: 1 })
    expectClose([exist, zero, psd!], [1 / 8, 1 / 8, 1 / 8], { rtol: 1e-15 })
    expect(scaleAtExist).toBe(0)
  })

  it('separate a maximum and a minimum along the scale', () => {
    const config = at(6, 3, 0.02)
    const [lower, upper] = [lowerSimplexSolution(config)!, simplexSolution(config)!]
    const { scaleAtExist } = simplexThresholds({ K: 6, n: 1, L: 3 })
    expect(lower.t).toBeLessThan(scaleAtExist)
    expect(upper.t).toBeGreaterThan(scaleAtExist)
    expect(shapeLoss(config, simplexShape(6), lower.t * 1.01)).toBeLessThan(lower.loss)
    expect(shapeLoss(config, simplexShape(6), lower.t * 0.99)).toBeLessThan(lower.loss)
    expect(lowerSimplexSolution(at(6, 1, 0.02))).toBeNull()
  })
})

describe('who wins', () => {
  it('changes at λ_c for K = 4, L = 2, and nowhere for L = 1 and for K = 6', () => {
    expectClose(pairCrossing({ K: 4, n: 1, L: 2 })!, 0.0117604981, { rtol: 1e-8 })
    // Only λ n^{1/(L+1)} counts.
    expectClose(pairCrossing({ K: 4, n: 5, L: 2 })!, 0.0117604981 * 5 ** (-1 / 3), { rtol: 1e-8 })
    expect(pairCrossing({ K: 6, n: 1, L: 3 })).toBeNull()
    expect(pairCrossing({ K: 5, n: 1, L: 2 })).toBeNull()
  })

  it('is a matter of the asymptotic costs for weak decay', () => {
    expectClose(asymptoticCost(simplexShape(9), 4), 8, { rtol: 1e-13 })
    expectClose(asymptoticCost(pairShape(8), 3), 4 * 2 ** 0.5, { rtol: 1e-13 })
    expectClose(asymptoticCost(polygonShape(7), 2), 2 * (7 / (2 * (1 - Math.cos((2 * Math.PI) / 7)))) ** (2 / 3), { rtol: 1e-12 }) // prettier-ignore
    const ratio = (lambda: number) => pairStructure(at(6, 3, lambda))!.loss / collapseStructure(at(6, 3, lambda))!.loss
    const limit = asymptoticCost(pairShape(6), 3) / 5
    // The corrections fall as 1/ln(1/λ).
    expect(Math.abs(ratio(1e-40) - limit)).toBeLessThan(Math.abs(ratio(1e-10) - limit) / 2)
    expectClose(ratio(1e-100), limit, { rtol: 0.01 })
  })
})

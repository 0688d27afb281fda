import { describe, expect, it } from 'vitest'
import { denseSpectrum } from '#main/spectra/index'
import { balancedParameters } from '#main/systems/deep-ufm/balancedParameters'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { uniformConfig, type UfmConfig } from '#main/systems/deep-ufm/config'
import { simplexFeatureLevels, simplexSolution, simplexThresholds } from '#main/systems/deep-ufm/crossEntropy'
import { simplexShape } from '#main/systems/deep-ufm/logitShapes'
import { repeatColumns } from '#main/systems/deep-ufm/repeatColumns'
import { hessianNorms, inertiaOf, simplexFullLevels } from '#main/systems/deep-ufm/simplexSpectra'
import { dimensionRatio, orbitDimension, paperDimension } from '#main/systems/deep-ufm/solutionSpace'
import { expandLevels } from '#main/systems/deep-ufm/spectra'
import { scaled } from '#main/probes/scaled'
import { expectClose } from '../../../helpers/expectClose'

async function computed(config: UfmConfig, names?: readonly string[]): Promise<Float64Array> {
  const Z = scaled(repeatColumns(simplexShape(config.K), config.n), simplexSolution(config)!.t)
  const state = {
    config,
    variant: { loss: 'ce', activation: 'linear' },
    parameters: balancedParameters(config, Z),
  } as const
  return withSnapshot(state, async (snapshot) => (await denseSpectrum(snapshot.hessian('total', names))).values)
}

const equal = (lambda: number, widths: number[]) => ({ widths, lamH: lambda, lamW: widths.map(() => lambda) })

describe('full Hessian at the simplex solution', () => {
  it.each<UfmConfig>([
    { K: 3, n: 2, ...equal(0.01, [4]) },
    { K: 2, n: 3, ...equal(0.01, [4, 2]) },
    { K: 3, n: 1, ...equal(0.02, [5, 3, 4]) },
    { K: 4, n: 2, ...equal(0.005, [4, 7]) },
    { K: 5, n: 1, ...equal(0.004, [6, 5, 5, 7]) },
  ])('has the closed form for K = $K, n = $n, widths $widths', async (config) => {
    const levels = expandLevels(simplexFullLevels(config, simplexSolution(config)!))
    // Eigenvalues of order 0.1 of a matrix of a hundred rows: 1e-15, with margin.
    expectClose(levels, await computed(config), { atol: 1e-13 })
    expectClose(expandLevels(simplexFeatureLevels(config, simplexSolution(config)!)), await computed(config, ['H1']), {
      atol: 1e-13,
    })
  })

  it('changes the sign of the symmetric level at λ_psd', () => {
    const [K, L] = [6, 3]
    const { scaleAtPsd, psd } = simplexThresholds({ K, n: 1, L })
    const smallest = (factor: number) => {
      const t = scaleAtPsd * factor
      const [q, lambda] = [1 / (Math.exp(t) + K - 1), t ** ((L - 1) / (L + 1)) / (Math.exp(t) + K - 1)]
      const config = uniformConfig({ K, n: 1, depth: L, width: 8, lambda })
      expectClose(simplexSolution(config)!.t, t, { rtol: 1e-12 })
      const levels = simplexFullLevels(config, { ...simplexSolution(config)!, t, q, p: 1 - (K - 1) * q })
      return levels.find(({ label }) => label === 'symmetric logits')!.value / lambda
    }
    // Claim C11: ∓ 0.001 (L − 1).
    expectClose([smallest(0.999), smallest(1.001)], [-0.002, 0.002], { atol: 1e-14 })
    expect(psd).toBeLessThan(0.08)
  })

  it('is a strict saddle above λ_psd, with the number of the note', async () => {
    const config = uniformConfig({ K: 6, n: 1, depth: 3, width: 8, lambda: 0.08 })
    const values = await computed(config)
    expect(inertiaOf(values, 0.08).negative).toBe(9)
    expectClose(values.slice(-9), Array(9).fill(-0.01294774134637798), { atol: 1e-14 })
  })

  it('refuses unequal decays by name', () => {
    const config = { K: 3, n: 1, widths: [4], lamH: 0.01, lamW: [0.02] }
    expect(() => simplexFullLevels(config, simplexSolution(config)!)).toThrow(/same weight decay/)
  })
})

describe('flatness and inertia', () => {
  it('are norms of the spectrum and counts with a cut relative to λ', () => {
    const values = [3, 1e-9, -4, -1e-9]
    expect(hessianNorms(values)).toEqual({ frobenius: 5, spectral: 4, trace: expect.closeTo(-1, 14) })
    expect(inertiaOf(values, 0.01)).toEqual({ negative: 1, zero: 2, positive: 1 })
    expect(inertiaOf(values, 1e-4)).toEqual({ negative: 2, zero: 0, positive: 2 })
  })
})

describe('solution space', () => {
  it('has the dimension of the orbit, larger for collapse, rising with the width', () => {
    const ratio = (d: number) => dimensionRatio({ L: 3, d, K: 10, r: 5 })
    expect(ratio(10)).toBeGreaterThan(1)
    expect(ratio(20)).toBeGreaterThan(ratio(10))
    expectClose(ratio(1e7), 9 / 5, { rtol: 1e-5 })
    // GK's count says the opposite at d = K.
    expect(paperDimension({ L: 3, d: 10, r: 9 })).toBeLessThan(paperDimension({ L: 3, d: 10, r: 5 }))
    expect(orbitDimension({ L: 2, d: 70, r: 9 })).toBe(1170)
  })
})

import { describe, expect, it } from 'vitest'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { criticalDecay } from '#main/systems/deep-ufm/gain'
import { collapsedSolution, couplingRegime, layerMoments, rankLoss } from '#main/systems/deep-ufm/theory'
import { expectClose } from '../../../helpers/expectClose'
import { small, varied } from './configs'

describe('collapsed solution', () => {
  it('has the numbers of claim C1 for configuration S', () => {
    const { gain, loss, isGlobal } = collapsedSolution(small)!
    expectClose(gain.x, 0.9773108937, { atol: 5e-11 })
    expectClose(loss, 0.0446060193, { atol: 5e-11 })
    expect(isGlobal).toBe(true)
  })

  it.each(varied)('multiplies to the gain: K = $K, widths $widths', (config) => {
    const solution = collapsedSolution(config)!
    // F = x Y and H₁ has √n in its singular value: h/√n · Π w_l = x.
    const product = solution.singularValues.reduce((all, value) => all * value, 1) / Math.sqrt(config.n)
    expectClose(product, solution.gain.x, { rtol: 1e-12 })
  })

  it('is a global minimum exactly below the critical decay, where its loss is ½', () => {
    const size = { K: 3, n: 5, L: 3 }
    const at = (factor: number) =>
      collapsedSolution(uniformConfig({ ...size, depth: 3, width: 3, lambda: criticalDecay(size) * factor }))!
    expectClose(at(1).loss, 0.5, { rtol: 1e-12 })
    expect([at(0.999).isGlobal, at(1.001).isGlobal]).toEqual([true, false])
    expect(at(1.001).loss).toBeGreaterThan(0.5)
  })

  it('is absent above the existence threshold, with a regime that says so', () => {
    const config = uniformConfig({ K: 3, n: 5, depth: 3, width: 8, lambda: 0.09 })
    expect(collapsedSolution(config)).toBeNull()
    const { c, cExist, xLower } = couplingRegime(config)
    expect(c).toBeGreaterThan(cExist)
    expect(xLower).toBeNull()
  })

  it('interpolates between zero and collapse with the rank', () => {
    const solution = collapsedSolution(small)!
    expect(rankLoss(small, solution, 0)).toBe(0.5)
    expectClose(rankLoss(small, solution, 3), solution.loss, { rtol: 1e-15 })
    expectClose(rankLoss(small, solution, 1), (2 * 0.5 + solution.loss) / 3, { rtol: 1e-15 })
  })

  it('carries class means through the layers to the output', () => {
    const solution = collapsedSolution(small)!
    const last = layerMoments(small, solution).at(-1)!
    // The mean output of class c is x e_c.
    expectClose(last.classMeanNormSquared * last.weightGram, solution.gain.x ** 2, { rtol: 1e-12 })
    expectClose(last.errorSecondMoment, solution.gain.rest ** 2 / 3, { rtol: 1e-12 })
  })

  it('says which value does not fit', () => {
    expect(() => collapsedSolution({ ...small, widths: [10, 2, 10] })).toThrow(/width 2 of layer 2.*K = 3/)
    expect(() => collapsedSolution({ ...small, lamW: [5e-3, 0, 5e-3] })).toThrow(/λ_2 is not positive/)
    expect(() => collapsedSolution({ ...small, lamW: [5e-3] })).toThrow(/3 widths and 1 weight decays/)
    expect(() => collapsedSolution({ ...small, K: 1 })).toThrow(/K = 1.*K ≥ 2/)
  })
})

import { describe, expect, it } from 'vitest'
import { simplexLayerLevels, simplexSolution } from '#main/systems/deep-ufm/crossEntropy'
import { simplexDncParameters } from '#main/systems/deep-ufm/dncParameters'
import { expandLevels } from '#main/systems/deep-ufm/spectra'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { totalGradient } from '#main/probes/totalGradient'
import { denseSpectrum } from '#main/spectra/index'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { expectClose } from '../../../helpers/expectClose'

describe('simplex solution', () => {
  it('has the numbers of claim C11', () => {
    const config = uniformConfig({ K: 4, n: 3, depth: 2, width: 8, lambda: 0.005 })
    const solution = simplexSolution(config)!
    expectClose(solution.loss, 0.113295765, { atol: 5e-11 })
    const levels = simplexLayerLevels(config, solution, 1)
    expectClose(levels.map(({ value }) => value), [0.0270997, 0.0203528, 0.0068591, 0], { atol: 5e-8 }) // prettier-ignore
    expect(levels.map(({ copies }) => copies)).toEqual([1, 3, 5, 55])
  })

  it.each([1, 2, 4])('is a critical point with the predicted layer blocks for K = 2, L = %i', async (depth) => {
    const config = uniformConfig({ K: 2, n: 2, depth, width: 6, lambda: 0.004 })
    const solution = simplexSolution(config)!
    const parameters = simplexDncParameters(config, solution.singularValues)
    await withSnapshot({ config, variant: { loss: 'ce', activation: 'linear' }, parameters }, async (snapshot) => {
      for (const block of Object.values(await totalGradient(snapshot))) {
        // Sums of up to 6 products of order 1.
        expectClose(block, new Float64Array(block.length), { atol: 1e-14 })
      }
      const { values } = await denseSpectrum(snapshot.hessian('data', ['W1']))
      expectClose(values, expandLevels(simplexLayerLevels(config, solution, 1)), { atol: 1e-13 })
    })
  })

  it('takes the largest root, and has none under strong decay', () => {
    const config = uniformConfig({ K: 3, n: 2, depth: 3, width: 3, lambda: 0.01 })
    const { t, q, s2 } = simplexSolution(config)!
    expectClose(q * Math.sqrt(t), (2 * 0.01 ** 4) ** 0.25, { rtol: 1e-13 })
    expectClose(s2, q * t, { rtol: 1e-15 })
    expect(t).toBeGreaterThan(1)
    expect(simplexSolution(uniformConfig({ K: 3, n: 2, depth: 3, width: 3, lambda: 1 }))).toBeNull()
  })
})

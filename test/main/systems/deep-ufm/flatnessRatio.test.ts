import { describe, expect, it } from 'vitest'
import { LINEAR_CE } from '#main/systems/deep-ufm/claims/ensemble'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { flatnessRatio, hasFlatnessRatio } from '#main/systems/deep-ufm/flatnessRatio'
import { formulaParameters } from '#main/systems/deep-ufm/formulaParameters'
import { structureHessian } from '#main/systems/deep-ufm/structureHessian'
import { expectClose } from '../../../helpers/expectClose'

describe('the Hessian of the linear cross-entropy model by hand', () => {
  it.each([
    { K: 3, n: 2, widths: [4, 5], lamH: 0.01, lamW: [0.02, 0.03] },
    { K: 2, n: 1, widths: [3], lamH: 0.02, lamW: [0.01] },
    { K: 3, n: 1, widths: [3, 4, 3], lamH: 0.01, lamW: [0.01, 0.02, 0.03] },
  ])('is that of the graph, widths $widths', async (config) => {
    const init = [0, ...config.widths].map((_, j) => ({ amp: 0.8, phase: 0.3 + j }))
    const parameters = formulaParameters(config, init)
    const byHand = structureHessian(config, parameters)
    await withSnapshot({ config, variant: LINEAR_CE, parameters }, async (snapshot) => {
      const operator = snapshot.hessian('total')
      const [unit, image] = [new Float64Array(operator.n), new Float64Array(operator.n)]
      for (let j = 0; j < operator.n; j++) {
        unit.fill(0)[j] = 1
        await operator.apply(unit, image)
        const column = image.map((_, i) => byHand.data[i * operator.n + j]!)
        // Sums of some ten products of order one.
        expectClose(column, image, { atol: 1e-14 }, `column ${j}`)
      }
    })
  })
})

describe('the flatness ratio', () => {
  it.each([
    [2 ** -7, 0.8109, 0.8499, 0.8831],
    [2 ** -14, 0.7657, 0.9222, 0.8272],
    [2 ** -20, 0.7542, 0.9437, 0.8072],
  ])('is that of theory note 02, D8, at λ = %f', (lambda, frobenius, spectral, trace) => {
    const found = flatnessRatio(4, 2, lambda)!
    // The note prints four digits.
    expectClose([found.frobenius, found.spectral, found.trace], [frobenius, spectral, trace], { atol: 5e-5 })
  })

  it('is there where both structures are, for few parameters', () => {
    expect(flatnessRatio(4, 2, 0.5)).toBeNull()
    expect([4, 5, 6, 8].map((K) => hasFlatnessRatio({ K, L: 2 }))).toEqual([true, false, true, false])
  })
})

import { describe, expect, it } from 'vitest'
import { matmul } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { balancedness } from '#main/probes/balancedness'
import { schattenGap } from '#main/probes/schattenGap'
import { balancedParameters } from '#main/systems/deep-ufm/balancedParameters'
import { factorDecays, factorShapes } from '#main/systems/deep-ufm/config'
import { expectClose } from '../../../helpers/expectClose'

const config = { K: 3, n: 2, widths: [5, 3, 4], lamH: 0.001, lamW: [0.02, 0.005, 0.01] }

describe('balanced parameters', () => {
  const Z = matrix(3, 6, random(4, 'targets').normal(18))
  const parameters = balancedParameters(config, Z)
  const decays = factorDecays(config)
  const factors = factorShapes(config).map(([rows, cols], j) => ({
    factor: matrix(rows, cols, parameters[j === 0 ? 'H1' : `W${j}`]!),
    weightDecay: decays[j]!,
  }))

  it('multiply to the target', () => {
    const product = factors.map(({ factor }) => factor).reduce((below, above) => matmul(above, below))
    expectClose(product.data, Z.data, { atol: 1e-14 })
  })

  it('are balanced under their weight decays and cost the Schatten norm', () => {
    factors.slice(1).forEach((above, j) => {
      const decay = { above: above.weightDecay, below: factors[j]!.weightDecay }
      expectClose(balancedness(above.factor, factors[j]!.factor, decay), 0, { atol: 1e-16 })
    })
    expectClose(schattenGap(factors, Z), 0, { atol: 1e-13 })
    const [first, ...rest] = factors
    const scaled = { factor: matrix(5, 6, first!.factor.data.map((x) => 2 * x)), weightDecay: first!.weightDecay } // prettier-ignore
    expect(schattenGap([scaled, ...rest], Z)).toBeGreaterThan(1)
  })

  it('say what does not fit', () => {
    expect(() => balancedParameters(config, matrix(3, 5))).toThrow(/3 × 5.*3 × 6/)
    expect(() => balancedParameters({ ...config, widths: [5, 2, 4] }, Z)).toThrow(/layer 2 of width 2.*rank 3/)
  })
})

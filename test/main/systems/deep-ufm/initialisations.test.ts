import { describe, expect, it } from 'vitest'
import { matmul, norm } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { balancedness } from '#main/probes/balancedness'
import { totalGradientNorm } from '#main/probes/gradientNorm'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { factorDecays, factorShapes, type UfmConfig } from '#main/systems/deep-ufm/config'
import { chirpParameters } from '#main/systems/deep-ufm/formulaParameters'
import { initialParameters } from '#main/systems/deep-ufm/initial'
import { initialisationOf, initialisations } from '#main/systems/deep-ufm/initialisations'
import type { UfmVariant } from '#main/systems/deep-ufm/model'
import system from '#main/systems/deep-ufm/system'
import { LabError } from '#shared/errors'
import { parseParams } from '#shared/params'
import { expectClose } from '../../../helpers/expectClose'

const config: UfmConfig = { K: 3, n: 2, widths: [5, 3, 4], lamH: 0.001, lamW: [0.02, 0.005, 0.01] }
const linear: UfmVariant = { loss: 'mse', activation: 'linear' }

function make(name: string, given: { config?: UfmConfig; variant?: UfmVariant; scale?: number; seed?: number } = {}) {
  const { config: sizes = config, variant = linear, scale = 1, seed = 3 } = given
  const parameters = initialisationOf(name).make({
    config: sizes,
    variant,
    scale,
    phase: 0.4,
    random: random(seed, 'initial'),
  })
  const factors = factorShapes(sizes).map(([rows, cols], j) =>
    matrix(rows, cols, parameters[j === 0 ? 'H1' : `W${j}`]!),
  )
  return { parameters, factors }
}

const product = (factors: readonly Matrix[]) => factors.reduce((below, above) => matmul(above, below))

describe('initialisations', () => {
  it.each(Object.keys(initialisations))('%s fills every factor, from its seed alone', (name) => {
    const { parameters } = make(name)
    expect(Object.values(parameters).every((values) => values.every(Number.isFinite))).toBe(true)
    expect(make(name).parameters).toEqual(parameters)
    if (name !== 'formula') expect(make(name, { seed: 4 }).parameters).not.toEqual(parameters)
  })

  it('gaussian is what runs were started from before there were others', () => {
    expect(make('gaussian', { scale: 0.7 }).parameters).toEqual(initialParameters(config, 0.7, random(3, 'initial')))
  })

  it('he doubles the variance of the hidden weights alone', () => {
    const gaussian = make('gaussian', { scale: 0.7 }).parameters
    const he = make('he', { scale: 0.7 }).parameters
    for (const [name, gain] of Object.entries({ H1: 1, W1: Math.SQRT2, W2: Math.SQRT2, W3: 1 })) {
      const expected = gaussian[name]!.map((x) => gain * x)
      // Two roundings.
      expectClose(he[name]!, expected, { rtol: 1e-15 }, name)
    }
  })

  it('orthogonal has s² I on the short side', () => {
    for (const factor of make('orthogonal', { scale: 2 }).factors) {
      const tall = factor.rows >= factor.cols
      const gram = matmul(factor, factor, tall ? { transposeA: true } : { transposeB: true })
      expectClose(gram.data, gram.data.map((_, at) => (at % (gram.cols + 1) === 0 ? 4 : 0)), { atol: 1e-14 }) // prettier-ignore
    }
  })

  it('balanced keeps the product of the Gaussian factors and is balanced under the weight decays', () => {
    const { factors } = make('balanced')
    const expected = product(make('gaussian').factors)
    expectClose(product(factors).data, expected.data, { atol: 1e-13 })
    expectBalanced(factors, config)
  })

  it('spectral has modes along the targets only, with the balance of the weight decays', () => {
    const { factors } = make('spectral')
    const outputs = product(factors)
    outputs.data.forEach((z, at) => {
      const ofClass = Math.floor((at % 6) / 2) === Math.floor(at / 6)
      if (ofClass) expect(z).toBeGreaterThan(0)
      else expectClose(z, 0, { atol: 1e-14 })
    })
    expectBalanced(factors, config)
    const equal = { ...config, lamH: 0.01, lamW: [0.01, 0.01, 0.01] }
    const strengths = random(3, 'initial').derive('modes').uniform(3)
    const expected = Math.sqrt(strengths.reduce((sum, u) => sum + u * u, 0))
    for (const factor of make('spectral', { config: equal }).factors)
      expectClose(norm(factor.data), expected, { rtol: 1e-13 })
  })

  it.each<UfmVariant>([
    { loss: 'mse', activation: 'linear' },
    { loss: 'mse', activation: 'relu' },
    { loss: 'ce', activation: 'linear' },
  ])('closedForm starts at a critical point of $loss, $activation, and s moves away from it', async (variant) => {
    const gradientNorm = (scale: number) =>
      withSnapshot(
        { config, variant, parameters: make('closedForm', { variant, scale }).parameters },
        totalGradientNorm,
      )
    expect(await gradientNorm(0)).toBeLessThan(1e-14)
    expect(await gradientNorm(0.1)).toBeGreaterThan(1e-3)
  })

  it('formula follows theory note 02', () => {
    expect(make('formula', { scale: 0.6 }).parameters).toEqual(chirpParameters(config, 0.6, 0.4))
    expectClose(make('formula', { scale: 0.6 }).parameters['W2']![2]!, 0.6 * Math.sin(0.4 + 2 + 1.6 + 0.52), {
      rtol: 1e-14,
    })
  })

  it('refuses a start at a solution that there is not before anything trains', () => {
    const refusal = (given: Record<string, unknown>) => {
      try {
        system.model(parseParams(system.params, { init: 'closedForm', ...given }))
        return null
      } catch (thrown) {
        return LabError.from(thrown).details
      }
    }
    expect(refusal({})).toBeNull()
    expect(refusal({ loss: 'ce' })).toBeNull()
    for (const given of [{ classSizes: [1, 2, 3] }, { weightDecay: 1 }, { loss: 'ce', activation: 'relu' }]) {
      expect(refusal(given)).toEqual({ param: 'init' })
    }
  })

  it('say where a closed form is missing', () => {
    const relu: UfmVariant = { loss: 'ce', activation: 'relu' }
    expect(() => make('closedForm', { variant: relu })).toThrow(/ReLU and cross-entropy.*Choose MSE/)
    expect(() => make('closedForm', { config: { ...config, classSizes: [1, 2, 3] } })).toThrow(/one size/)
    const strong = { ...config, lamH: 1, lamW: [1, 1, 1] }
    expect(() => make('closedForm', { config: strong })).toThrow(/Lower it/)
    expect(() => make('closedForm', { config: strong, variant: { loss: 'ce', activation: 'linear' } })).toThrow(
      /Lower it/,
    )
    expect(() => initialisationOf('glorot')).toThrow(/"glorot".*gaussian, he, orthogonal/)
  })
})

function expectBalanced(factors: readonly Matrix[], sizes: UfmConfig): void {
  const decays = factorDecays(sizes)
  factors.slice(1).forEach((above, j) => {
    expectClose(balancedness(above, factors[j]!, { above: decays[j + 1]!, below: decays[j]! }), 0, { atol: 1e-15 })
  })
}

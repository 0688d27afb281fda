import { describe, expect, it } from 'vitest'
import { parseParams } from '#shared/params'
import { random } from '#main/compute/rng/random'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { dncParameters } from '#main/systems/deep-ufm/dncParameters'
import { initialParameters } from '#main/systems/deep-ufm/initial'
import { ufmParams } from '#main/systems/deep-ufm/params'
import { ufmPresets } from '#main/systems/deep-ufm/presets'
import system from '#main/systems/deep-ufm/system'
import { expectClose } from '../../../helpers/expectClose'

const params = (given: Record<string, unknown>) => parseParams(ufmParams, given)
const adviceOn = (given: Record<string, unknown>) => system.advice(params(given)).map(({ path }) => path)

describe('advice', () => {
  it('is silent on every preset', () => {
    for (const preset of Object.values(ufmPresets)) expect(adviceOn(preset.params)).toEqual([])
  })

  it.each([
    [{ width: 2 }, 'params.width', /below K = 3/],
    [{ weightDecay: 0 }, 'params.weightDecay', /Without weight decay/],
    [{ weightDecay: 0.07 }, 'params.weightDecay', /λ_cr = 0\.06067.*metastable/],
    [{ weightDecay: 0.09 }, 'params.weightDecay', /λ_ex = 0\.08580.*zero/],
    [{ initScale: 0.1 }, 'params.initScale', /plateaus/],
    [{ learningRate: 3 }, 'params.learningRate', /unstable there for η above 2\.26/],
    [{ steps: 100 }, 'params.steps', /about 4000/],
  ])('on %o names the field and the number', (given, path, message) => {
    const found = system.advice(params(given)).find((advice) => advice.path === path)
    expect(found?.message).toMatch(message)
  })

  it('does not warn of small starts with a single layer, where zero is a saddle', () => {
    expect(adviceOn({ depth: 1, initScale: 0.1 })).not.toContain('params.initScale')
  })
})

describe('predictions', () => {
  const of = (given: Record<string, number>, quantity: string, layer: number | null) =>
    system.theory(params(given)).find((prediction) => prediction.quantity === quantity && prediction.layer === layer)

  it('give the layer outliers of the small preset', () => {
    const [outliers, bulk] = of({}, 'layerHessian', 2)!.levels
    // Claim C2's number.
    expectClose(outliers!.value, 0.2153700722, { atol: 5e-11 })
    expect([outliers!.copies, bulk!.value, bulk!.copies]).toEqual([9, 0, 91])
  })

  it('say zero where no collapsed solution exists, and both where it is metastable', () => {
    expect(of({ weightDecay: 0.09 }, 'loss', null)!.levels).toEqual([{ value: 0.5, copies: 1, label: 'zero' }])
    expect(of({ weightDecay: 0.09 }, 'layerHessian', 3)!.levels[0]).toMatchObject({ value: 0, copies: 30 })
    expect(of({ weightDecay: 0.07 }, 'loss', null)!.levels.map(({ value }) => value > 0.56 || value === 0.5)).toEqual([
      true,
      true,
    ])
  })

  it('are silent where no closed form applies', () => {
    expect(system.theory(params({ width: 2 }))).toEqual([])
    expect(system.theory(params({ weightDecay: 0 }))).toEqual([])
  })
})

describe('initial parameters', () => {
  it('have the stated variance', () => {
    const config = uniformConfig({ K: 5, n: 400, depth: 2, width: 50, lambda: 0.01 })
    const { H1, W2 } = initialParameters(config, 2, random(3, 'initial'))
    const variance = (values: Float64Array) => values.reduce((sum, z) => sum + z * z, 0) / values.length
    // Relative deviation √(2/count): 0.45 % for 100 000 and 9 % for 250 entries; four of them.
    expectClose(variance(H1!), 4 / 50, { rtol: 0.018 })
    expectClose(variance(W2!), 4 / 50, { rtol: 0.36 })
  })

  it('of one factor do not depend on how many others there are', () => {
    const shared = { K: 3, n: 2, width: 4, lambda: 0.01 }
    const [shallow, deep] = [2, 5].map((depth) =>
      initialParameters(uniformConfig({ ...shared, depth }), 1, random(0, 'initial')),
    )
    expect(shallow!['W1']).toEqual(deep!['W1'])
    expect(shallow!['W1']).not.toEqual(shallow!['W2']!.slice(0, 16))
  })
})

describe('DNC parameters', () => {
  it('say which width would do', () => {
    const config = uniformConfig({ K: 3, n: 1, depth: 2, width: 4, lambda: 0.01 })
    expect(() => dncParameters(config, [1, 1, 1])).toThrow(/layer 2 of width 4.*at least 5/)
  })
})

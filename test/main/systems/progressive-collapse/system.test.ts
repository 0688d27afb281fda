import { describe, expect, it } from 'vitest'
import { parseParams, type ParamValues } from '#shared/params'
import { matmul, norm, singularValues } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { classMeans } from '#main/probes/classMeans'
import { discrimination } from '#main/probes/discrimination'
import { separation } from '#main/probes/separation'
import { withinCovariance } from '#main/probes/withinCovariance'
import { alignedNetwork } from '#main/systems/progressive-collapse/alignedNetwork'
import { balancedClasses, gaussianClasses, nearOrthogonal } from '#main/systems/progressive-collapse/classData'
import {
  collapseData,
  collapseInitial,
  collapseModel,
  collapseWidths,
  reluLayers,
} from '#main/systems/progressive-collapse/network'
import { collapseParams } from '#main/systems/progressive-collapse/params'
import { collapsePresets } from '#main/systems/progressive-collapse/presets'
import system from '#main/systems/progressive-collapse/system'
import { alignedRatio, inputSeparation, separationBound } from '#main/systems/progressive-collapse/theory'
import { expectClose } from '../../../helpers/expectClose'

const params = (given: ParamValues) => parseParams(collapseParams, given)

describe('advice', () => {
  it('is silent on all presets', () => {
    for (const preset of Object.values(collapsePresets)) expect(system.advice(params(preset.params))).toEqual([])
  })

  it.each([
    [{ data: 'near-orthogonal', inputs: 20 }, 'params.inputs', /d_x = 20 is below N = 30/],
    [{ width: 6 }, 'params.width', /d = 6 ≤ 2K = 6/],
    [{ width: 50 }, 'params.width', /theory has d = N = 30/],
    [{ initScale: 0.5 }, 'params.initScale', /= 1\.37 says nothing: take ε below 0\.428/],
    [{ learningRate: 0.1 }, 'params.learningRate', /η ≥ 0\.0889 unstable/],
    [{ initScale: 0.01 }, 'params.steps', /plateau for about 7\d{4} steps/],
  ])('on %o names the field and the number', (given, path, message) => {
    const found = system.advice(params(given)).find((advice) => advice.path === path)
    expect(found?.message).toMatch(message)
  })
})

describe('data', () => {
  const seed = random(4, 'data')

  it('with one-hot targets in class order', () => {
    const { targets, classSizes } = balancedClasses(matrix(1, 4), 2).train
    expect([...targets.data]).toEqual([1, 1, 0, 0, 0, 0, 1, 1])
    expect(classSizes).toEqual([2, 2])
  })

  it('near-orthogonal columns have a perturbation of the given norm, and D_0 without it', () => {
    const [exact, noisy] = [0, 2].map((noise) => nearOrthogonal(12, 12, noise, seed))
    expectClose(singularValues(exact!), new Float64Array(12).fill(1), { rtol: 1e-14 })
    expectClose(norm(noisy!.data.map((x, at) => x - exact!.data[at]!)), 2, { rtol: 1e-14 })
    expectClose(separation(exact!, [4, 4, 4]), inputSeparation({ K: 3, n: 4 }), { rtol: 1e-13 })
    expectClose(discrimination(exact!, [4, 4, 4]), 1, { rtol: 1e-14 })
    expect(() => nearOrthogonal(3, 4, 0, seed)).toThrow(/4 orthogonal samples need at least 4.*not 3/)
  })

  it('Gaussian classes have the given scatter around their means', () => {
    const features = gaussianClasses({ d: 2, K: 3, n: 4000, noise: 0.5 }, seed)
    const within = withinCovariance(features, [4000, 4000, 4000])
    // Variance 1/4 with a relative deviation of √(2/12000) = 1.3 %; four of them.
    expectClose([within.data[0]!, within.data[3]!], [0.25, 0.25], { rtol: 0.05 })
    const means = seed.derive('means').normal(6)
    // Deviation 0.5/√4000 = 0.008; four of them.
    expectClose(classMeans(features, [4000, 4000, 4000]).data, means, { atol: 0.032 })
  })

  it('of a run depend on the data seed alone', () => {
    expect(collapseData(params({}))).toEqual(collapseData(params({ depth: 5, initScale: 0.3 })))
    expect(collapseData(params({ dataSeed: 1 }))).not.toEqual(collapseData(params({})))
  })
})

describe('networks', () => {
  it('have their ReLUs where the parameter says', () => {
    const count = (network: string, depth: number) => reluLayers(params({ network, depth }))
    expect([count('linear', 6), count('relu', 6), count('hybrid', 8), count('hybrid', 7)]).toEqual([0, 5, 4, 3])
    expect(collapseModel(params({ network: 'hybrid' })).activation).toBe('relu')
  })

  it('take their input dimension from the data', () => {
    expect(collapseWidths(params({ n: 5, depth: 2, width: 7 }))).toEqual([15, 7, 3])
    expect(collapseWidths(params({ data: 'gaussian', inputs: 16, depth: 2, width: 7 }))).toEqual([16, 7, 3])
  })

  it('start from He before a ReLU and from ε elsewhere', () => {
    const given = params({
      init: 'he',
      network: 'hybrid',
      depth: 4,
      data: 'gaussian',
      inputs: 60,
      width: 60,
      initScale: 0.5,
    })
    const { W1, W3 } = collapseInitial(given, random(1, 'he'))
    const variance = (values: Float64Array) => values.reduce((sum, w) => sum + w * w, 0) / values.length
    // Relative deviation √(2/3600) = 2.4 %; four of them.
    expectClose([variance(W1!), variance(W3!)], [2 / 60, 0.25 / 60], { rtol: 0.1 })
  })
})

describe('aligned network', () => {
  it.each([
    { K: 3, n: 4, depth: 3, initScale: 0.2 },
    { K: 3, n: 1, depth: 2, initScale: 0.4 },
  ])('fits the targets exactly: %o', (sizes) => {
    const d = sizes.K * sizes.n
    const frame = (name: string) => matrix(d, d, random(1, name).orthogonal(d, d))
    const X = frame('X')
    const weights = alignedNetwork(sizes, X, [frame('1'), frame('2')])
    const fitted = weights.reduce((below, W) => matmul(W, below), X)
    expectClose(fitted.data, balancedClasses(X, sizes.K).train.targets.data, { atol: 1e-14 })
  })
})

describe('theory', () => {
  it('has the ratio below the bound', () => {
    for (const n of [2, 10]) {
      for (const K of [2, 3, 10]) {
        const sizes = { K, n, depth: 4, initScale: 0.3 }
        expect(alignedRatio(sizes)).toBeLessThan(separationBound(sizes))
      }
    }
  })

  it('predicts where the closed forms hold, and is silent elsewhere', () => {
    const predictions = system.theory(params({}))
    const D = predictions.filter(({ quantity }) => quantity === 'separation').map(({ levels }) => levels[0]!.value)
    expectClose(D[0]!, 13.5, { rtol: 1e-15 })
    expectClose(D[3]! / D[2]!, 0.04 * 10 ** -0.25, { rtol: 1e-14 })
    for (const given of [{ network: 'relu' }, { init: 'normal' }, { width: 31 }, { weightDecay: 0.1 }, { n: 2 }]) {
      expect(system.theory(params(given))).toEqual([])
    }
  })
})

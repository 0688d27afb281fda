import { describe, expect, it } from 'vitest'
import { defaultsOf, parseParams } from '#shared/params'
import { random } from '#main/compute/rng/random'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { checkConfig, hasClosedForms, samplesOf, uniformConfig } from '#main/systems/deep-ufm/config'
import { initialParameters } from '#main/systems/deep-ufm/initial'
import { configOf, ufmParams, variantOf } from '#main/systems/deep-ufm/params'
import system from '#main/systems/deep-ufm/system'
import { expectClose } from '../../../helpers/expectClose'

const parse = (given: Record<string, unknown>) => parseParams(ufmParams, given)

describe('parameters of a run', () => {
  it('mean what they meant before lists, losses and initialisations could be chosen', () => {
    const given = { K: 3, n: 5, width: 10, depth: 3, weightDecay: 5e-3, initScale: 1, learningRate: 0.2, steps: 6000 }
    const params = parse(given)
    expect(configOf(params)).toEqual(uniformConfig({ K: 3, n: 5, depth: 3, width: 10, lambda: 5e-3 }))
    expect(variantOf(params)).toEqual({ loss: 'mse', activation: 'linear' })
    expect(system.training(params).stop).toBeUndefined()
    const stream = random(7, 'run').derive('initial')
    expect(system.initial(params, stream)).toEqual(
      initialParameters(configOf(params), 1, random(7, 'run').derive('initial')),
    )
    expect(defaultsOf(ufmParams)).toEqual(params)
  })

  it('spread lists over layers, factors and classes', () => {
    const config = configOf(parse({ K: 4, depth: 3, widths: [9, 6], weightDecays: [0.1, 0.2], classSizes: [3, 1] }))
    expect(config).toEqual({
      K: 4,
      n: 3,
      classSizes: [3, 1, 1, 1],
      widths: [9, 6, 6],
      lamH: 0.1,
      lamW: [0.2, 0.2, 0.2],
    })
    expect(samplesOf(config)).toBe(6)
    expect(hasClosedForms(config)).toBe(false)
    expect(() => checkConfig(config)).toThrow(/3, 1, 1, 1 samples.*one size/)
    expect(configOf(parse({ K: 3, classSizes: [4, 4, 4] }))).toMatchObject({ n: 4 })
    expect(configOf(parse({ K: 3, classSizes: [4, 4, 4] })).classSizes).toBeUndefined()
  })

  it('stop on the gradient norm where one is given', () => {
    expect(system.training(parse({ gradientTolerance: 1e-8 })).stop).toEqual({ gradientNorm: 1e-8, every: 200 })
  })
})

describe('unbalanced classes', () => {
  it('are trained on the mean over all samples', async () => {
    const params = parse({ K: 3, classSizes: [1, 2, 4], depth: 2, width: 4 })
    const [config, variant] = [configOf(params), variantOf(params)]
    const { train } = system.data(params, { read: () => new Uint8Array() })
    expect(train.classSizes).toEqual([1, 2, 4])
    const state = { config, variant, parameters: initialParameters(config, 1, random(1, 'initial')) }
    await withSnapshot(state, async (snapshot) => {
      const { data } = await snapshot.loss()
      const logits = await snapshot.logits()
      // 1/(2N) ‖F − Y‖² with N = 7, entry by entry.
      const expected = logits.data.reduce((sum, z, at) => {
        const own = [0, 1, 1, 2, 2, 2, 2][at % 7] === Math.floor(at / 7) ? 1 : 0
        return sum + (z - own) ** 2 / 14
      }, 0)
      expectClose(data, expected, { rtol: 1e-14 })
    })
  })
})

describe('advice', () => {
  const adviceOn = (given: Record<string, unknown>) => system.advice(parse(given))
  const ce = { loss: 'ce', K: 4, n: 1, width: 8, depth: 3, weightDecay: 2 ** -7, learningRate: 0.5 }

  it.each([
    [{ ...ce, steps: 5119 }, 'params.steps', /verdict.*about 5120 steps, 20\/\(ηλ\)/],
    [{ ...ce, K: 6, steps: 6000 }, 'params.steps', /about 10240 steps, 40\/\(ηλ\)/],
    [{ gradientTolerance: 1e-8, steps: 6000 }, 'params.steps', /about 20000/],
    [{ ...ce, weightDecay: 0.18 }, 'params.weightDecay', /λ_exist = 0\.1749.*lower rank or at zero/],
    [{ ...ce, weightDecay: 2 }, 'params.weightDecay', /λ_exist = 0\.1749.*all weights go to zero/],
    [{ ...ce, weightDecay: 0.15 }, 'params.weightDecay', /λ_zero = 0\.1235/],
    [{ ...ce, K: 6, weightDecay: 0.08 }, 'params.weightDecay', /λ_psd = 0\.06905.*saddle/],
    [{ ...ce, classSizes: [1, 2, 3, 4], steps: 100 }, 'params.steps', /about 5120 steps/],
    [{ ...ce, width: 3, steps: 100 }, 'params.steps', /about 5120 steps/],
    [{ ...ce, learningRate: 40 }, 'params.learningRate', /unstable/],
    [{ classSizes: [1, 2, 3] }, 'params.classSizes', /no prediction/],
    [{ widths: [2, 10, 10] }, 'params.widths', /d = 2 is below K = 3/],
    [{ widths: [10, 12] }, 'params.widths', /2 values are given and 3 are needed: the last one holds/],
    [{ weightDecays: Array(5).fill(0.005) }, 'params.weightDecays', /5 values.*only 4 are used/],
    [{ weightDecays: [0, 0.01] }, 'params.weightDecays', /Without weight decay/],
  ])('on %o names the field and the number', (given, path, message) => {
    const found = adviceOn(given).filter((advice) => advice.path === path)
    expect(found.map((advice) => advice.message).join('\n')).toMatch(message)
  })

  it('is silent where the budget is enough', () => {
    expect(adviceOn({ ...ce, steps: 5120 })).toEqual([])
    expect(adviceOn({ widths: [10, 10, 12], weightDecays: [0.005] })).toEqual([])
  })
})

describe('predictions', () => {
  const of = (given: Record<string, unknown>, quantity: string, layer: number | null = null) =>
    system.theory(parse(given)).find((prediction) => prediction.quantity === quantity && prediction.layer === layer)
  const labelled = (given: Record<string, unknown>, quantity: string) =>
    Object.fromEntries(of(given, quantity)!.levels.map(({ label, value }) => [label, value]))
  const ce = { loss: 'ce', K: 4, n: 1, width: 6, depth: 3, weightDecay: 2 ** -7 }

  it('of cross-entropy are the losses of all structures', () => {
    const losses = labelled(ce, 'loss')
    // Claim C2 of theory note 02.
    expectClose([losses['collapse']!, losses['pair']!, losses['zero']!], [0.1218995573, 0.1116946402, Math.log(4)], {
      atol: 5e-11,
    })
    expect(Object.keys(labelled({ ...ce, K: 5 }, 'loss'))).toEqual(['collapse', 'polygon', 'zero'])
    expect(labelled({ ...ce, K: 6 }, 'outputRank')).toEqual({ collapse: 5, pair: 3, polygon: 2 })
    expectClose(labelled({ ...ce, depth: 2 }, 'outputSingularValues')['pair']!, 9.8265, { atol: 5e-5 })
  })

  it('of cross-entropy list every eigenvalue of the Hessian, where the decays are equal', () => {
    const copies = of({ ...ce, widths: [6, 5, 7] }, 'fullHessian')!.levels.reduce((sum, level) => sum + level.copies, 0)
    expect(copies).toBe(4 * 6 + 6 * 5 + 5 * 7 + 7 * 4)
    expect(of({ ...ce, weightDecays: [0.01, 0.02] }, 'fullHessian')).toBeUndefined()
    expect(of({ ...ce, weightDecays: [0.01, 0.02] }, 'layerHessian', 2)!.levels[0]!.copies).toBe(1)
  })

  it('of ReLU are losses: the linear optimum, the graph solution where K fits, a bound for cross-entropy', () => {
    const relu = { activation: 'relu', K: 6, n: 1, width: 12, depth: 4, weightDecay: 0.004 }
    const losses = labelled(relu, 'loss')
    // Theory note 02, D9.
    expectClose([losses['collapse']!, losses['graph solution (upper bound)']!], [0.059708, 0.057525], { atol: 5e-7 })
    expect(Object.keys(labelled({ ...relu, K: 7 }, 'loss'))).toEqual(['collapse', 'zero'])
    const bound = labelled({ ...ce, activation: 'relu' }, 'loss')
    expectClose(bound['linear collapse (lower bound of collapse)']!, 0.1219, { atol: 5e-7 })
  })

  it('are silent for unbalanced classes', () => {
    expect(system.theory(parse({ classSizes: [1, 2, 3] }))).toEqual([])
  })
})

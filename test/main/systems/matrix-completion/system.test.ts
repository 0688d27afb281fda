import { describe, expect, it } from 'vitest'
import { parseParams, type ParamValues } from '#shared/params'
import { identity, matmul, norm, singularValues } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { withSnapshot, withTraining } from '#main/systems/linear-network/withTraining'
import { matrixData, observedEntries, trainedCount } from '#main/systems/matrix-completion/chain'
import { compressedFrames, compressedInitial } from '#main/systems/matrix-completion/compressed'
import { completionParams } from '#main/systems/matrix-completion/params'
import { completionPresets } from '#main/systems/matrix-completion/presets'
import {
  completionFactors,
  completionInitial,
  completionModel,
  completionProblem,
  completionStart,
} from '#main/systems/matrix-completion/problem'
import system from '#main/systems/matrix-completion/system'
import { expectClose } from '../../../helpers/expectClose'

const params = (given: ParamValues) => parseParams(completionParams, given)
const tiny = { width: 8, rank: 2, rankEstimate: 2, initScale: 0.3, observed: 0.6 }

describe('advice', () => {
  it('is silent on all presets', () => {
    for (const preset of Object.values(completionPresets)) expect(system.advice(params(preset.params))).toEqual([])
  })

  it.each([
    [{ rank: 61 }, 'params.rank', /r = 61 exceeds d = 60/],
    [{ observed: 0.05 }, 'params.observed', /351 degrees of freedom.*above 0\.098/],
    [{ factorisation: 'narrow', rankEstimate: 31 }, 'params.rankEstimate', /2r̂ = 62 exceeds d = 60/],
    [{ factorisation: 'compressed', rankEstimate: 2 }, 'params.rankEstimate', /r̂ = 2 is below r = 3/],
    [{ factorisation: 'compressed', observed: 0.3, gamma: 0 }, 'params.gamma', /γ = 0 stalls/],
    [{ learningRate: 0.5 }, 'params.learningRate', /η ≥ 0\.388 unstable/],
    [{ initScale: 1e-4 }, 'params.steps', /plateau for about/],
  ])('on %o names the field and the number', (given, path, message) => {
    const found = system.advice(params(given)).find((advice) => advice.path === path)
    expect(found?.message).toMatch(message)
  })
})

describe('problem', () => {
  it('has rank r, the asked share of entries, and more of the same entries for larger p', () => {
    const [some, more] = [0.3, 0.5].map((observed) => completionProblem(params({ observed })))
    const seen = ({ mask }: { mask: Matrix }) => mask.data.reduce((sum, entry) => sum + entry, 0)
    expect(singularValues(some!.phi).filter((sigma) => sigma > 1e-12)).toHaveLength(3)
    expect(some!.phi).toEqual(more!.phi)
    // Deviation √(p (1 − p)/3600) = 0.008; four of them.
    expectClose(seen(some!) / 3600, 0.3, { atol: 0.032 })
    expect(some!.mask.data.every((entry, at) => entry <= more!.mask.data[at]!)).toBe(true)
    expect(completionProblem(params({ observed: 1 })).mask.data.every((entry) => entry === 1)).toBe(true)
  })

  it('shows training the observed entries only', () => {
    const problem = completionProblem(params(tiny))
    const { inputs, targets } = matrixData(problem).train
    expect(inputs).toBe(problem.mask)
    targets.data.forEach((value, at) => expect(value).toBe(problem.mask.data[at]! * problem.phi.data[at]!))
  })
})

describe('parameter counts', () => {
  it.each([
    ['full', 0, 3 * 60 * 60],
    ['compressed', 0, 3 * 100],
    ['compressed', 0.1, 3 * 100 + 4 * 60 * 5],
    ['narrow', 0, 4 * 60 * 5 + 100],
  ])('%s, γ = %f: %i', (factorisation, gamma, expected) => {
    const given = params({ factorisation, gamma, rankEstimate: 5 })
    expect(trainedCount(completionFactors(given))).toBe(expected)
    const shown = system.theory(given).find(({ quantity }) => quantity === 'trainedParameters')!
    expect(shown.levels).toEqual([{ value: expected, copies: 1, label: 'trained' }])
  })

  it('are refused for an inner width above d', () => {
    const given = params({ ...tiny, factorisation: 'narrow', rankEstimate: 5 })
    expect(() => completionFactors(given)).toThrow(/2r̂ exceeds d = 8; use r̂ of at most 4/)
    expect(system.theory(given)).toEqual([])
  })
})

describe('factorised models', () => {
  it('have the gradients of section S-C, with E = Ω ⊙ (W − Φ)', async () => {
    const given = params({ ...tiny, factorisation: 'compressed', depth: 2 })
    const { phi, mask } = completionProblem(given)
    await withSnapshot(completionStart(given, 1), async (snapshot) => {
      const values = await snapshot.parameters()
      const [U, W2, W1, Vt] = [
        matrix(8, 4, values['U']!),
        matrix(4, 4, values['W2']!),
        matrix(4, 4, values['W1']!),
        matrix(4, 8, values['Vt']!),
      ]
      const W = [W1, W2, U].reduce((below, factor) => matmul(factor, below), Vt)
      const E = matrix(8, 8, W.data.map((w, at) => mask.data[at]! * (w - phi.data[at]!))) // prettier-ignore
      expectClose((await snapshot.loss()).data, 0.5 * norm(E.data) ** 2, { rtol: 1e-14 })
      const gradient = await snapshot.dataGradient()
      const core = matmul(matmul(U, E, { transposeA: true }), Vt, { transposeB: true })
      // Sums of some hundred products of order 1.
      const close = { rtol: 1e-11, atol: 1e-14 }
      expectClose(gradient['W1']!, matmul(W2, core, { transposeA: true }).data, close)
      expectClose(gradient['U']!, matmul(matmul(E, Vt, { transposeB: true }), matmul(W2, W1), { transposeB: true }).data, close) // prettier-ignore
      const aboveV = matmul(U, matmul(W2, W1))
      expectClose(gradient['Vt']!, matmul(aboveV, E, { transposeA: true }).data, close)
    })
  })

  it('start where the full model starts, seen through their frames', () => {
    const stream = () => random(3, 'start')
    const full = completionInitial(params(tiny), stream())
    const { U, Vt } = completionInitial(params({ ...tiny, factorisation: 'compressed' }), stream())
    const product = ['W1', 'W2', 'W3'].map((name) => matrix(8, 8, full[name]!)).reduce((below, W) => matmul(W, below))
    // U = Q V, Q = W_{L:1}(0)/ε³.
    const QV = matmul(product, matrix(4, 8, Vt!), { transposeB: true }).data.map((value) => value / 0.3 ** 3)
    expectClose(QV, U!, { atol: 1e-13 })
  })

  it('hold the top singular vectors of what is seen', () => {
    const problem = completionProblem(params(tiny))
    const psi = observedEntries(problem)
    const Q = matrix(8, 8, random(1, 'Q').orthogonal(8, 8))
    const { U, V, surrogateValues } = compressedFrames(psi, Q, 2)
    expectClose(matmul(V, V, { transposeA: true }).data, identity(4).data, { atol: 1e-14 })
    const inside = matmul(matmul(U, psi, { transposeA: true }), V)
    // Uᵀ Ψ V keeps the top two singular values of Ψ.
    expectClose(singularValues(inside).subarray(0, 2), surrogateValues.subarray(0, 2), { rtol: 1e-12 })
  })

  it('move the same way in any basis of the frames', async () => {
    const given = params({ ...tiny, factorisation: 'compressed', gamma: 0.5 })
    const problem = completionProblem(given)
    const Q = matrix(8, 8, random(1, 'Q').orthogonal(8, 8))
    const R = matrix(4, 4, random(2, 'R').orthogonal(4, 4))
    const frames = compressedFrames(observedEntries(problem), Q, 2)
    const turned = { ...frames, U: matmul(frames.U, R), V: matmul(frames.V, R) }
    const products = await Promise.all(
      [frames, turned].map((each) => {
        const initial = compressedInitial(each, 3, 0.3)
        const start = { model: completionModel(given), data: matrixData(problem), initial }
        return withTraining(start, { learningRate: 0.2 }, async (training) => {
          while (training.step < 100) training.advance()
          return (await training.snapshot().logits()).data
        })
      }),
    )
    // A hundred steps of a few hundred roundings each.
    expectClose(products[0]!, products[1]!, { atol: 1e-12 })
  })
})

describe('predictions', () => {
  it('are for full observation only, and know the block of the full model', () => {
    const quantities = (given: ParamValues) => new Set(system.theory(params(given)).map(({ quantity }) => quantity))
    expect(quantities({})).toEqual(new Set(['trainedParameters', 'productSingularValues', 'singularValues']))
    expect(quantities({ observed: 0.5 })).toEqual(new Set(['trainedParameters']))
    const levels = system.theory(params({})).find(({ quantity }) => quantity === 'productSingularValues')!.levels
    expect(levels.map(({ copies }) => copies)).toEqual([1, 1, 1, 54])
    // ρ stays near ε = 0.05.
    expectClose(levels[3]!.value, 0.05 ** 3, { rtol: 0.01 })
  })
})

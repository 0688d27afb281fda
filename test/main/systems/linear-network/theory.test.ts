import { describe, expect, it } from 'vitest'
import { matmul, norm, singularValues } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { balancedness } from '#main/probes/balancedness'
import { weightMatrices } from '#main/probes/weightMatrices'
import { blockChecks } from '#main/systems/linear-network/claims/blockChecks'
import {
  balancedHessianEigenvalues,
  largestStableRate,
  plateauSteps,
} from '#main/systems/linear-network/balancedMinimum'
import { initialChain, initKind } from '#main/systems/linear-network/initialChain'
import { linearModel } from '#main/systems/linear-network/linearModel'
import { lowRankMatrix, spacedValues } from '#main/systems/linear-network/lowRankMatrix'
import { networkData, networkStart } from '#main/systems/linear-network/network'
import { balancedValue } from '#main/systems/linear-network/predictions'
import { networkPresets } from '#main/systems/linear-network/presets'
import { regressionData } from '#main/systems/linear-network/regression'
import { rhoFlow, rhoOf, type BlockDynamics } from '#main/systems/linear-network/rho'
import { withSnapshot, withTraining } from '#main/systems/linear-network/withTraining'
import { expectClose } from '../../../helpers/expectClose'

const small = networkPresets.small.params
const dynamics: BlockDynamics = {
  outputCase: 2,
  depth: 3,
  initScale: 0.5,
  learningRate: 0.1,
  weightDecay: 0,
  momentum: 0,
}

describe('ρ', () => {
  it('is ε (1 − ηλ)^t in Case 1', () => {
    const rho = rhoOf({ ...dynamics, outputCase: 1, weightDecay: 0.01 })
    // Two hundred roundings.
    for (const step of [0, 1, 200]) expectClose(rho(step), 0.5 * (1 - 0.001) ** step, { rtol: 1e-13 })
  })

  it.each(['rank', 'width'])('follows the runs of Nesterov too, which keep the block, d_y = %s', async (outputs) => {
    const params = { ...networkPresets.momentum.params, optimiser: 'nesterov', weightDecay: 1e-3, outputs, steps: 300 }
    const checks = await blockChecks('Nesterov', params)
    expect(checks.length).toBeGreaterThan(2)
    expect(checks.filter(({ holds }) => !holds)).toEqual([])
  })

  it('follows its small-step limit: to 0.04 % at ε = 0.5 over the whole run, as the note saw, with a gap of O(η)', () => {
    const gapAt = (learningRate: number, flowTime: number) => {
      const given = { ...dynamics, learningRate }
      const step = Math.round(flowTime / learningRate)
      return rhoFlow(given, step) / rhoOf(given)(step) - 1
    }
    expectClose(gapAt(0.1, 150), 0, { atol: 4e-4 })
    // The next order changes the quotient of the gaps by about η times the initial rate ρ⁴ = 0.06.
    for (const flowTime of [1, 20, 150]) expectClose(gapAt(0.1, flowTime) / gapAt(0.05, flowTime), 2, { rtol: 0.02 })
  })
})

describe('balanced minimum', () => {
  it.each([
    [1, 0.3],
    [2, 0.3],
    [3, 0.1],
    [5, 0.02],
    [4, 0],
  ])('L = %i, λ = %f: the value is a stationary point of ½ (a^L − s)² + L λ/2 a²', (L, lambda) => {
    const loss = (a: number) => 0.5 * (a ** L - 1.5) ** 2 + 0.5 * L * lambda * a * a
    const a = balancedValue(1.5, L, lambda)
    const h = 1e-5
    expect(a).toBeGreaterThan(0.5)
    // Central differences: h² = 1e-10 and rounding ε/h = 1e-11.
    expectClose((loss(a + h) - loss(a - h)) / (2 * h), 0, { atol: 1e-8 })
  })

  it('is zero under strong decay', () => {
    expect(balancedValue(1.5, 3, 5)).toBe(0)
    expect(balancedValue(1.5, 2, 5)).toBe(0)
  })

  it('has r(d + d_y) − r² eigenvalues above 0 and the rate 2/λ_max', () => {
    const eigenvalues = balancedHessianEigenvalues([1.7, 0.4], [5, 5, 5, 3])
    expect(eigenvalues).toHaveLength(25 + 25 + 15)
    expect(eigenvalues.filter((value) => value > 0)).toHaveLength(2 * (5 + 3) - 4)
    expectClose(2 / eigenvalues[0]!, largestStableRate(1.7, 3), { rtol: 1e-14 })
  })
})

describe('plateau', () => {
  it.each([
    [2, 0.01],
    [3, 0.05],
    [5, 0.2],
  ])('L = %i, ε = %f: is the time of gradient descent on da = η s a^{L−1}', (depth, initScale) => {
    const [s, learningRate] = [2, 1e-4]
    let [a, steps] = [initScale, 0]
    for (; a < s ** (1 / depth); steps++) a += learningRate * s * a ** (depth - 1)
    expectClose(steps, plateauSteps({ s, depth, initScale, learningRate }), { rtol: 0.01 })
  })

  it('is over at once for a large start', () => {
    expect(plateauSteps({ s: 1, depth: 3, initScale: 2, learningRate: 0.1 })).toBe(0)
  })
})

describe('linear model', () => {
  it('has the gradient W_{L:l+1}ᵀ Γ W_{l−1:1}ᵀ, Γ = (W_{L:1} X − Y) Xᵀ, times its loss factor', async () => {
    const widths = [4, 5, 3, 2]
    const data = regressionData(
      lowRankMatrix(2, 4, [1, 0.5], random(1, 'map')),
      matrix(4, 6, random(2, 'X').normal(24)),
    )
    const initial = initialChain(widths, { kind: 'normal', scale: 1 }, random(3, 'weights'))
    const model = linearModel({ widths, weightDecay: 0.1, lossFactor: 2 / 6 })
    await withSnapshot({ model, data, initial }, async (snapshot) => {
      const [W1, W2, W3] = weightMatrices(model, await snapshot.parameters())
      const { inputs: X, targets: Y } = data.train
      const Z = matmul(W3!, matmul(W2!, matmul(W1!, X!)))
      const error = matrix(2, 6, Z.data.map((z, at) => z - Y.data[at]!)) // prettier-ignore
      expectClose((await snapshot.loss()).data, norm(error.data) ** 2 / 6, { rtol: 1e-14 })
      const gamma = matmul(error, X!, { transposeB: true })
      const expected = matmul(matmul(W3!, gamma, { transposeA: true }), W1!, { transposeB: true })
      // Sums of about a hundred products.
      expectClose((await snapshot.dataGradient())['W2']!, expected.data.map((g) => g / 3), { rtol: 1e-12, atol: 1e-14 }) // prettier-ignore
    })
  })

  it('has a ReLU after its first layers only', async () => {
    const widths = [3, 4, 4, 2]
    const model = linearModel({ widths, weightDecay: 0, reluLayers: 1 })
    const initial = initialChain(widths, { kind: 'uniform', scale: 1 }, random(3, 'weights'))
    const inputs = matrix(3, 5, random(2, 'X').normal(15))
    const data = regressionData(matrix(2, 3), inputs)
    await withSnapshot({ model, data, initial }, async (snapshot) => {
      const [, second, third] = await snapshot.layers()
      expect(second!.input.data.some((z) => z === 0)).toBe(true)
      expect(Math.min(...second!.input.data)).toBe(0)
      expect(third!.input).toEqual(second!.output)
      expect(model.isLinearChain).toBe(false)
    })
  })
})

describe('initial weights', () => {
  it.each(['orthogonal', 'normal', 'uniform'])('%s ones have the scale ε', (name) => {
    const kind = initKind(name)
    const { W1, W2 } = initialChain([60, 60, 3], { kind, scale: 0.2 }, random(5, name))
    if (kind === 'orthogonal') {
      expectClose(singularValues(matrix(60, 60, W1!)), new Float64Array(60).fill(0.2), { rtol: 1e-13 })
      expectClose(singularValues(matrix(3, 60, W2!)), new Float64Array(3).fill(0.2), { rtol: 1e-13 })
    } else {
      const variance = W1!.reduce((sum, w) => sum + w * w, 0) / W1!.length
      // Relative deviation √(2/3600) = 2.4 %; four of them.
      expectClose(variance, 0.04 / 60, { rtol: 0.1 })
      if (kind === 'uniform') expect(Math.max(...W1!.map(Math.abs))).toBeLessThanOrEqual(0.2 * Math.sqrt(3 / 60))
    }
  })

  it('of an unknown kind are refused', () => {
    expect(() => initKind('zero')).toThrow(/"zero".*orthogonal, normal or uniform/)
  })
})

describe('data', () => {
  it('have the asked condition number, and targets of rank r', () => {
    const { inputs, targets } = networkData({ ...small, condition: 5 }).train
    const s = singularValues(inputs!)
    expectClose((s[0]! / s.at(-1)!) ** 2, 5, { rtol: 1e-12 })
    expect(singularValues(targets).filter((value) => value > 1e-12)).toHaveLength(small.rank)
  })

  it('depend on the data seed, not on the seed of the run', () => {
    expect(networkStart(small, 1).data).toEqual(networkStart(small, 2).data)
    expect(networkStart(small, 1).initial).not.toEqual(networkStart(small, 2).initial)
    expect(networkData({ ...small, dataSeed: 1 })).not.toEqual(networkData(small))
  })

  it('space singular values evenly', () => {
    expect(spacedValues(1, 2, 3)).toEqual([2, 1.5, 1])
    expect(spacedValues(1, 2, 1)).toEqual([2])
  })
})

describe('conservation', () => {
  it('holds up to O(η): Case 1 keeps ε² √(d − d_y) between the last two layers and 0 elsewhere', async () => {
    const params = { ...small, outputs: 'rank', depth: 4, initScale: 0.3, steps: 400 }
    const start = networkStart(params, 3)
    const drift = async (learningRate: number, steps: number) =>
      withTraining(start, { learningRate }, async (training) => {
        while (training.step < steps) training.advance()
        const weights = weightMatrices(start.model, await training.snapshot().parameters())
        const imbalance = (i: number) => balancedness(weights[i + 1]!, weights[i]!, { above: 1, below: 1 })
        return [imbalance(0), imbalance(1), Math.abs(imbalance(2) - 0.09 * Math.sqrt(30 - 3))]
      })
    const [coarse, fine] = [await drift(0.02, 400), await drift(0.002, 4000)]
    // Ten times smaller steps, about ten times less drift.
    coarse.forEach((value, i) => expectClose(fine[i]! / value, 0.1, { rtol: 0.25 }))
    expect(Math.max(...fine)).toBeLessThan(2e-3)
  })
})

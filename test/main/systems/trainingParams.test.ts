import { describe, expect, it } from 'vitest'
import { defaultsOf, issueWith } from '#shared/params'
import { adam, GRADIENT_DESCENT, heavyBall } from '#main/core/optimiser'
import { classifierAdvice } from '#main/systems/image-classifier/advice'
import { classifierParams } from '#main/systems/image-classifier/params'
import { classifierTraining } from '#main/systems/image-classifier/training'
import { networkAdvice } from '#main/systems/linear-network/advice'
import { networkParams } from '#main/systems/linear-network/params'
import { networkPredictions } from '#main/systems/linear-network/predictions'
import { learningRateOf, optimiserOf } from '#main/systems/trainingParams'
import { execute } from '../../helpers/execute'

const classifier = defaultsOf(classifierParams)
const network = defaultsOf(networkParams)

describe('the choice of an optimiser', () => {
  it.each([
    [{ optimiser: 'momentum', momentum: 0 }, GRADIENT_DESCENT],
    [{ optimiser: 'momentum', momentum: 0.9 }, heavyBall(0.9)],
    [
      { optimiser: 'nesterov', momentum: 0.9 },
      { kind: 'nesterov', momentum: 0.9 },
    ],
    [{ optimiser: 'adam', momentum: 0.9 }, adam('coupled')],
    [{ optimiser: 'adamw', momentum: 0.9 }, adam('decoupled')],
    [
      { optimiser: 'normalised', momentum: 0.9 },
      { kind: 'normalised', weightShare: 0.01, logitChange: 0.3 },
    ],
  ])('%o', (params, expected) => {
    expect(optimiserOf(params)).toEqual(expected)
    expect(classifierTraining({ ...classifier, ...params }).optimiser).toEqual(expected)
  })

  it('is the heavy ball by default, as in runs from before there was a choice', () => {
    expect(classifierTraining(classifier).optimiser).toEqual(heavyBall(0.9))
    expect(network.optimiser).toBe('momentum')
  })

  it('is between what a system offers', () => {
    expect(issueWith('optimiser', networkParams.optimiser, 'adamw')).toMatch(
      /"adamw".*momentum, nesterov, adam, normalised\./,
    )
  })
})

describe('the learning rate', () => {
  const given = { learningRate: 0.25, steps: 16, warmUp: 4, schedule: 'cosine' }

  it('rises over the warm-up and follows its schedule over the steps that are left', () => {
    const rate = learningRateOf(given)
    // Quarters: exact in binary.
    expect([0, 1, 2, 3].map(rate)).toEqual([0.0625, 0.125, 0.1875, 0.25])
    expect([4, 16].map(rate)).toEqual([0.25, 0])
    const stepped = learningRateOf({ ...given, schedule: 'step' })
    expect([4, 7, 8, 12].map(stepped)).toEqual([0.25, 0.25, 0.25 * 0.1, 0.25 * 0.1 ** 2])
    expect([0, 15].map(learningRateOf({ ...given, schedule: 'constant', warmUp: 0 }))).toEqual([0.25, 0.25])
  })

  it('is finite and the run is warned of where the warm-up never ends', () => {
    const rate = learningRateOf({ ...given, warmUp: 20 })
    expect(rate(15)).toBeCloseTo((0.25 * 16) / 20, 15)
    const paths = classifierAdvice({ ...classifier, steps: 100, warmUp: 100 }).map(({ path }) => path)
    expect(paths).toContain('params.warmUp')
  })
})

describe('Adam', () => {
  it('is warned of where its rate is that of gradient descent', () => {
    const paths = (learningRate: number) =>
      classifierAdvice({ ...classifier, optimiser: 'adamw', learningRate }).map(({ path }) => path)
    expect(paths(0.1)).toContain('params.learningRate')
    expect(paths(0.001)).not.toContain('params.learningRate')
  })

  it.each([
    ['adam', /breaks the invariant block.*Nothing is predicted/],
    ['normalised', /ρ is not known beforehand.*Nothing is predicted/],
  ])('leaves a linear network without predictions, and says so: %s', (optimiser, message) => {
    expect(networkPredictions({ ...network, optimiser })).toEqual([])
    expect(networkAdvice({ ...network, optimiser })).toEqual([
      { path: 'params.optimiser', message: expect.stringMatching(message) },
    ])
  })
})

describe('normalised gradient descent', () => {
  const settings = { optimiser: 'normalised', learningRate: 1, momentum: 0, steps: 40 }
  it.each([
    {
      system: 'image-classifier',
      params: { ...settings, K: 3, n: 8, width: 8, depth: 2, batchSize: 0, schedule: 'constant' },
    },
    { system: 'image-classifier', params: { ...settings, K: 3, n: 8, width: 8, depth: 2, batchSize: 12 } },
    { system: 'linear-network', params: { ...settings, width: 8, rank: 2, depth: 2, initScale: 0.5 } },
  ])('descends, also on mini-batches: $system, $params.batchSize', async ({ system, params }) => {
    const { records, outcome } = await execute({ system, params, probes: ['loss'] })
    expect(outcome.status).toBe('completed')
    const losses = records.filter(({ quantity }) => quantity === 'loss').map(({ data }) => data[0]!)
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!)
  })
})

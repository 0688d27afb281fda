import { describe, expect, it } from 'vitest'
import { probeById } from '#main/probes/registry'
import { random } from '#main/compute/rng/random'
import { denseSpectrum } from '#main/spectra/index'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { dncParameters } from '#main/systems/deep-ufm/dncParameters'
import { initialParameters } from '#main/systems/deep-ufm/initial'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'
import { ufmPredictions } from '#main/systems/deep-ufm/predictions'
import { expandLevels } from '#main/systems/deep-ufm/spectra'
import { expectClose } from '../../helpers/expectClose'

const config = uniformConfig({ K: 3, n: 2, depth: 2, width: 6, lambda: 0.01 })
const linear = { loss: 'mse', activation: 'linear' } as const
const measure = (parameters: Readonly<Record<string, Float64Array>>) =>
  withSnapshot({ config, variant: linear, parameters }, async (snapshot) => {
    const measured = await probeById('classTerms').measure(snapshot, new AbortController().signal)
    const { values } = await denseSpectrum(snapshot.hessian('gaussNewton', ['W1']))
    return { measured, trace: values.reduce((sum, value) => sum + value, 0) }
  })

describe('class terms', () => {
  it('have the predicted spectra at collapse', async () => {
    const { measured } = await measure(dncParameters(config, collapsedSolution(config)!.singularValues))
    expect(measured).toHaveLength(6)
    for (const { quantity, layer, data } of measured) {
      const predicted = ufmPredictions(config, linear).find((p) => p.quantity === quantity && p.layer === layer)!
      expectClose(data, expandLevels(predicted.levels), { atol: 1e-14 }, quantity)
    }
  })

  it('share the trace of the layer block anywhere', async () => {
    const { measured, trace } = await measure(initialParameters(config, 1, random(2, 'initial')))
    const first = measured.filter(({ layer }) => layer === 1)
    expect(first.map(({ quantity }) => quantity)).toEqual(['classHessian', 'crossHessian', 'withinHessian'])
    expectClose(first.flatMap(({ data }) => [...data]).reduce((sum, value) => sum + value, 0), trace, { rtol: 1e-12 }) // prettier-ignore
  })
})

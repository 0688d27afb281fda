import { describe, expect, it } from 'vitest'
import type { Measurement } from '#main/core/probe'
import { probes } from '#main/probes/registry'
import { labelledReadout, spectrumMetaOf } from '#charts/spectrumMeta'
import { LINEAR_MSE, withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { dncParameters } from '#main/systems/deep-ufm/dncParameters'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'

const signal = new AbortController().signal
const config = uniformConfig({ K: 3, n: 5, depth: 3, width: 10, lambda: 5e-3 })
const parameters = dncParameters(config, collapsedSolution(config)!.singularValues)
const collapsed = { config, variant: LINEAR_MSE, parameters }

function metaOf({ quantity, layer, shape, data, meta }: Measurement) {
  // As it is read back: a record's facts are JSON.
  const stored = JSON.parse(JSON.stringify(meta))
  return spectrumMetaOf({ quantity, layer, step: 0, shape, data, meta: stored })!
}

describe('outliers that a probe records', () => {
  it('carry the classes and pairs of the layer that they lie along, as an analysis finds them', async () => {
    await withSnapshot(collapsed, async (snapshot) => {
      const measured = await probes.get('layerHessian')!.measure(snapshot, signal, true)
      expect(measured.map(({ layer }) => layer)).toEqual([1, 2, 3])
      for (const measurement of measured) {
        const meta = metaOf(measurement)
        expect(meta.labelled!.map(({ first, count }) => [first, count])).toEqual([[0, 9]])
        expect(labelledReadout(meta)).toEqual(['9 at 0.21537 along all 3 classes, all 6 pairs'])
      }
    })
  })

  it('carry those of all parameters too: antisymmetric pairs by halves, then the symmetric ones and the classes', async () => {
    await withSnapshot(collapsed, async (snapshot) => {
      const measured = await probes.get('fullHessian')!.measure(snapshot, signal, true)
      const full = metaOf(measured.find(({ quantity }) => quantity === 'fullHessian')!)
      expect(labelledReadout(full)).toEqual([
        '3 at 0.88148 along all 6 pairs (50 %)',
        '6 at 0.85148 along all 3 classes, all 6 pairs (50 %)',
      ])
      expect(full.maxResidual!).toBeLessThan(1e-13)
      expect(full.orthogonalityDefect!).toBeLessThan(1e-13)
      const weights = metaOf(measured.find(({ quantity }) => quantity === 'weightsHessian')!)
      expect(weights.labelled!.map(({ count }) => count)).toEqual([3, 6])
    })
  })
})

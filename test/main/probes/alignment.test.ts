import { describe, expect, it } from 'vitest'
import { createBackend } from '#main/compute/backends/select'
import { random } from '#main/compute/rng/random'
import type { OptimiserSpec } from '#main/core/optimiser'
import type { Measurement } from '#main/core/probe'
import type { Snapshot } from '#main/core/snapshot'
import { layerBlock, outlierVectors } from '#main/probes/layerBlock'
import { layerClassMeans } from '#main/probes/layerClassMeans'
import { miniBatchGradients } from '#main/probes/miniBatchGradients'
import { classDirections, labelOutliers } from '#main/probes/outlierLabels'
import { probeById } from '#main/probes/registry'
import { driftOverlaps, energyFraction, orthonormalBasis, fromColumns } from '#main/spectra/index'
import { LINEAR_MSE, withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { dncParameters } from '#main/systems/deep-ufm/dncParameters'
import { ufmData, ufmModel } from '#main/systems/deep-ufm/model'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'
import { Training } from '#main/train/training'
import { expectClose } from '../../helpers/expectClose'
import { genericState, smallConfig } from './states'

const going = new AbortController().signal
const config = uniformConfig({ K: 3, n: 5, depth: 3, width: 10, lambda: 5e-3 })
const parameters = dncParameters(config, collapsedSolution(config)!.singularValues)
const collapsed = { config, variant: LINEAR_MSE, parameters }

const valueOf = (measured: readonly Measurement[], quantity: string, layer: number | null = null) =>
  measured.find((m) => m.quantity === quantity && m.layer === layer)?.data

describe('subspaceAlignment', () => {
  it('sees the data gradient inside the outliers and the layers aligned at collapse', async () => {
    await withSnapshot(collapsed, async (snapshot) => {
      const measured = await probeById('subspaceAlignment').measure(snapshot, going)
      // Theory note 01, 5.5: −λ_l W_l lies in the outlier space of every layer. With free features the full Hessian's K²
      // largest hold it for equal λ.
      expectClose(valueOf(measured, 'dataGradientChiInOutliers')!, [1], { atol: 1e-9 })
      expectClose(valueOf(measured, 'parametersChiInOutliers')!, [1], { atol: 1e-9 })
      for (const layer of [2, 3]) {
        expectClose(valueOf(measured, 'interfaceAngles', layer)!, [0, 0, 0], { atol: 1e-7 })
      }
      const vectors = measured.find(({ quantity }) => quantity === 'topEigenvectors')!
      expect(vectors.shape).toEqual([3, 380])
    })
  })

  it('has the energy fractions that the recorded eigenvectors give', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const measured = await probeById('subspaceAlignment').measure(snapshot, going)
      const { shape, data } = measured.find(({ quantity }) => quantity === 'topEigenvectors')!
      const n = shape[1]!
      const basis = Array.from({ length: shape[0]! }, (_, i) => data.slice(i * n, (i + 1) * n))
      const gradient = concatenated(snapshot, await snapshot.dataGradient())
      expectClose(valueOf(measured, 'dataGradientChiInTopK')!, [energyFraction(gradient, basis).chi], { rtol: 1e-12 })
      expect(valueOf(measured, 'dataGradientChiInOutliers')![0]).toBeGreaterThan(energyFraction(gradient, basis).chi)
    })
  })
})

describe('the actual update', () => {
  it('lies as the gradient does without momentum, and elsewhere with it: as the difference of the next parameters', async () => {
    const backend = await createBackend()
    const chis = async (optimiser: OptimiserSpec) => {
      const training = new Training({
        model: ufmModel(smallConfig, LINEAR_MSE),
        data: ufmData(smallConfig),
        initial: genericState().parameters,
        recipe: { steps: 10, learningRate: () => 0.05, optimiser, batchSize: null },
        backend,
        random: random(0, 'alignment'),
        seed: 0,
      })
      for (let step = 0; step < 4; step++) training.advance()
      const snapshot = training.snapshot(true)
      const [before, measured] = [
        await snapshot.parameters(),
        await probeById('subspaceAlignment').measure(snapshot, going),
      ]
      const { shape, data } = measured.find(({ quantity }) => quantity === 'topEigenvectors')!
      const basis = Array.from({ length: shape[0]! }, (_, i) => data.slice(i * shape[1]!, (i + 1) * shape[1]!))
      const start = concatenated(snapshot, before)
      training.advance()
      const next = concatenated(snapshot, await training.snapshot().parameters())
      training.dispose()
      const moved = energyFraction(next.map((x, i) => x - start[i]!), basis).chi // prettier-ignore
      return { moved, update: valueOf(measured, 'updateChiInTopK')![0]!, gradient: valueOf(measured, 'gradientChiInTopK')![0]! } // prettier-ignore
    }
    const plain = await chis({ kind: 'gradientDescent' })
    expectClose(plain.update, plain.gradient, { rtol: 1e-10 })
    const heavy = await chis({ kind: 'heavyBall', momentum: 0.9 })
    // Differences of parameters of size 1 that move by 1e-2.
    expectClose([plain.update, heavy.update], [plain.moved, heavy.moved], { rtol: 1e-10 })
    expect(Math.abs(heavy.update - heavy.gradient)).toBeGreaterThan(1e-3)
    backend.dispose()
  })
})

describe('miniBatchGradients', () => {
  it.each([LINEAR_MSE, { loss: 'ce', activation: 'relu' } as const])(
    'average to the gradient, $loss',
    async (variant) => {
      await withSnapshot(genericState(variant), async (snapshot) => {
        const gradient = concatenated(snapshot, await snapshot.dataGradient())
        const [whole] = await miniBatchGradients(snapshot, snapshot.split.targets.cols, 1)
        expectClose(whole!, gradient, { atol: 1e-13 * Math.max(...gradient.map(Math.abs)) })
        const [first, second] = await miniBatchGradients(snapshot, 2, 2)
        expect(first).not.toEqual(second)
        expect((await miniBatchGradients(snapshot, 2, 1))[0]).toEqual(first)
      })
    },
  )
})

describe('labelOutliers', () => {
  it('gives the one group of K² outliers of a collapsed layer all K² labels, and parts of it their own', async () => {
    await withSnapshot(collapsed, async (snapshot) => {
      const layers = await snapshot.layers()
      const state = layers[1]!
      const { above, below } = layerClassMeans(layers, state, snapshot.split.classSizes)
      const directions = classDirections(above, below)
      const group = [...outlierVectors(await layerBlock(snapshot, state, going), 9)]
      const [labels] = labelOutliers([group], directions)
      expect(labels!.map(({ label }) => `${label.above}${label.below}`).sort()).toEqual(
        ['00', '01', '02', '10', '11', '12', '20', '21', '22'], // prettier-ignore
      )
      expectClose(labels!.map(({ share }) => share), Array<number>(9).fill(1), { atol: 1e-12 }) // prettier-ignore
      const some = orthonormalBasis(fromColumns([directions[1]!.vector, directions[5]!.vector]))
      const parts = labelOutliers([some.slice(0, 1), some.slice(1)], directions)
      expect(parts.map((found) => found.map(({ label }) => [label.above, label.below]))).toEqual([[[0, 1]], [[1, 2]]])
    })
  })

  it('refuses eigenvectors of something else', () => {
    const direction = { label: { above: 0, below: 0 }, vector: new Float64Array(4).fill(1) }
    expect(() => labelOutliers([[new Float64Array(5)]], [direction])).toThrow(/5 entries, class directions 4/)
    expect(labelOutliers([[]], [direction])).toEqual([[]])
  })
})

describe('driftOverlaps', () => {
  it('is a symmetric map with ones on the diagonal', () => {
    const e = (i: number) => Float64Array.from({ length: 4 }, (_, k) => (k === i ? 1 : 0))
    const drift = driftOverlaps([[e(0), e(1)], [e(0), e(2)], [e(2), e(3)]]) // prettier-ignore
    expect([...drift.data]).toEqual([1, 0.5, 0, 0.5, 1, 0.5, 0, 0.5, 1])
  })
})

function concatenated(snapshot: Snapshot, arrays: Readonly<Record<string, Float64Array>>): Float64Array {
  return Float64Array.from(snapshot.model.parameters.flatMap(({ name }) => [...arrays[name]!]))
}

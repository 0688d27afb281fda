import { describe, expect, it } from 'vitest'
import { createBackend } from '#main/compute/backends/select'
import { random } from '#main/compute/rng/random'
import type { OptimiserSpec } from '#main/core/optimiser'
import type { Measurement } from '#main/core/probe'
import type { Snapshot } from '#main/core/snapshot'
import { layerBlock, outlierVectors } from '#main/probes/layerBlock'
import { layerClassMeans } from '#main/probes/layerClassMeans'
import { miniBatchGradients } from '#main/probes/miniBatchGradients'
import { analyseOperator } from '#main/probes/analyseOperator'
import { parameterReading, type EigenvectorReading } from '#main/probes/eigenvectorReading'
import { chosenParameters } from '#main/probes/operators/definition'
import { makeOperator } from '#main/probes/operators/index'
import { probeById } from '#main/probes/registry'
import { columns, driftOverlaps, energyFraction, orthonormalBasis, fromColumns } from '#main/spectra/index'
import { LINEAR_MSE, withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { dncParameters } from '#main/systems/deep-ufm/dncParameters'
import { ufmData, ufmModel } from '#main/systems/deep-ufm/model'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'
import { Training } from '#main/train/training'
import type { OutlierGroup } from '#shared/outlierGroup'
import { labelName, labelOutliers, type Alignment } from '#shared/outliers'
import { expectClose } from '../../helpers/expectClose'
import { genericState, smallConfig } from './states'

const going = new AbortController().signal
const config = uniformConfig({ K: 3, n: 5, depth: 3, width: 10, lambda: 5e-3 })
const parameters = dncParameters(config, collapsedSolution(config)!.singularValues)
const collapsed = { config, variant: LINEAR_MSE, parameters }

const nothing = { shape: [], data: new Float64Array(0) }
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
      const [vectors] = await probeById('leadingEigenvectors').measure(snapshot, going)
      expect(vectors!.shape).toEqual([3, 380])
    })
  })

  it('has the energy fractions that the recorded eigenvectors give', async () => {
    await withSnapshot(genericState(), async (snapshot) => {
      const measured = await probeById('subspaceAlignment').measure(snapshot, going)
      const [{ shape, data } = nothing] = await probeById('leadingEigenvectors').measure(snapshot, going)
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
      const [{ shape, data } = nothing] = await probeById('leadingEigenvectors').measure(snapshot, going)
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

describe('labels of outliers', () => {
  const namesOf = (groups: readonly OutlierGroup[]) =>
    groups.map(({ labels }) => labels.map(({ label }) => `${label.above}${label.below}`).sort())
  const all = ['00', '01', '02', '10', '11', '12', '20', '21', '22']

  async function alignmentOf(reading: EigenvectorReading, vectors: readonly Float64Array[]): Promise<Alignment> {
    const data = Float64Array.from(vectors.flatMap((vector) => [...reading.alignment(vector)]))
    return { alignedWith: reading.alignedWith ?? 'classes', data, count: vectors.length }
  }

  it('are all K² for the one group of a collapsed layer, and their own for parts of it', async () => {
    await withSnapshot(collapsed, async (snapshot) => {
      const layers = await snapshot.layers()
      const state = layers[1]!
      const reading = await parameterReading(snapshot, chosenParameters(snapshot.model, { parameters: ['W2'] }))
      expect(reading).toMatchObject({ parts: [{ name: 'W2', rows: 10, columns: 10 }], alignedWith: 'classPairs' })
      const block = await layerBlock(snapshot, state, going)
      const alignment = await alignmentOf(reading, [...outlierVectors(block, 9)])
      const [group, ...others] = labelOutliers(block.eigenvalues.slice(0, 9), alignment, 1e-12)
      expect([group!.count, others]).toEqual([9, []])
      expect(namesOf([group!])).toEqual([all])
      expectClose(group!.labels.map(({ share }) => share), Array<number>(9).fill(1), { atol: 1e-12 }) // prettier-ignore

      // An eigenvector that is one pair's direction, by hand: μ_2 of the layer above times μ_1 of this one.
      const { above, below } = layerClassMeans(layers, state, snapshot.split.classSizes)
      const direction = [...columns(above)[2]!].flatMap((a) => [...columns(below)[1]!].map((b) => a * b))
      const [unit] = orthonormalBasis(fromColumns([Float64Array.from(direction)]))
      const one = await alignmentOf(reading, [unit!])
      expect(namesOf(labelOutliers(Float64Array.of(1), one, 0))).toEqual([['21']])
      expect(labelName({ above: 2, below: 1 })).toBe('3 ⊗ 2')
    })
  })

  it.each([
    ['weights', ['W1', 'W2', 'W3']],
    ['all parameters', undefined],
  ])('tell the groups of the Hessian over %s apart: classes, and pairs of classes', async (_, parameters) => {
    await withSnapshot(collapsed, async (snapshot) => {
      const choice = parameters ? { parameters } : {}
      const operator = await makeOperator(snapshot, 'hessian', choice)
      const { eigenvalues, vectors } = await analyseOperator(operator, { dtype: 'float64', vectors: true, top: 9, signal: going }) // prettier-ignore
      const groups = labelOutliers(eigenvalues.slice(0, 9), await alignmentOf(await operator.reading!(), vectors), 1e-9)
      expect(groups.map(({ count }) => count)).toEqual([3, 6])
      // Theory note 01, 5.4: K(K − 1)/2 antisymmetric combinations of the pairs, then the symmetric ones and the classes.
      // Each pair gives half of itself to either.
      const total = groups.map(({ labels }) => labels.reduce((sum, { share }) => sum + share, 0))
      const shares = new Map(groups.flatMap(({ labels }, g) => labels.map(({ label, share }) => [`${g} ${label.above}${label.below}`, share]))) // prettier-ignore
      expectClose(total, [3, 6], { atol: 1e-9 })
      expectClose(shares.get('1 00')!, 1, { atol: 1e-9 })
      expectClose(shares.get('0 01')!, 0.5, { atol: 1e-9 })
      expectClose(shares.get('1 01')!, 0.5, { atol: 1e-9 })
    })
  })

  it.each([
    ['weightGram', 2],
    ['weightGramOutput', 2],
    ['featureMoment', 2],
    ['errorMoment', 3],
  ])('name the classes of %s', async (id, layer) => {
    await withSnapshot(collapsed, async (snapshot) => {
      const operator = await makeOperator(snapshot, id, { layer })
      const { eigenvalues, vectors } = await analyseOperator(operator, { dtype: 'float64', vectors: true, signal: going }) // prettier-ignore
      const alignment = await alignmentOf(await operator.reading!(), vectors)
      const [group] = labelOutliers(eigenvalues.slice(0, 3), alignment, 1e-9 * eigenvalues[0]!)
      expect(namesOf([group!])).toEqual([['00', '11', '22']])
    })
  })

  it('are none for values without a known eigenvector', () => {
    expect(labelOutliers(Float64Array.of(2, 1), null, 0)).toMatchObject([{ count: 1, labels: [] }, { count: 1, labels: [] }]) // prettier-ignore
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

import { symmetricEigen } from '#main/compute/linalg/index'
import { sampleWeight } from '#main/core/model'
import { scalarMeasurement, type Measurement, type Probe } from '#main/core/probe'
import { blockGram } from './gramBlock'
import { isSparseStep } from './isSparseStep'
import { outlierCount } from './outlierCount'

/** An eigenproblem up to this size is solved at every scheduled step, and up to the second one at all. */
const [CHEAP_SIZE, LARGEST_SIZE] = [100, 1200]

const definition = { unit: '', kind: 'scalar', scale: 'log', perLayer: false } as const
const source = 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, section 5.4'
const count = 'the K² (MSE) or (K − 1)² (CE) largest eigenvalues'

/**
 * Outliers of the Gauss-Newton matrix over all weights beside those of the layers. At collapse each is the sum of the
 * layers' ones, because their eigenvectors are the layers' concatenated. Theory note 01, F11.
 */
export default {
  id: 'outlierSum',
  title: 'Full against layer-wise outliers',
  quantities: [
    {
      ...definition,
      id: 'weightsOutlier',
      label: 'Outlier of the Gauss-Newton matrix over all weights',
      symbol: 'mean λ(G_W)',
      help: `Mean of ${count} of the Gauss-Newton matrix of the data loss in all weight matrices together.`,
      formula: '1/k Σ_{i ≤ k} λ_i(G_W)',
      source,
    },
    {
      ...definition,
      id: 'layerOutlierSum',
      label: 'Sum of the outliers of the layers',
      symbol: 'Σ_l mean λ(G_l)',
      help: `Mean of ${count} of the Gauss-Newton block of each weight matrix, summed over the layers; at least as large.`,
      formula: 'Σ_l 1/k Σ_{i ≤ k} λ_i(G_l)',
      source,
    },
  ],
  applies: ({ activation }) => activation !== 'tanh',
  async measure(snapshot, signal) {
    const { model, split } = snapshot
    const size = model.classes * split.targets.cols
    if (size > LARGEST_SIZE || (size > CHEAP_SIZE && !isSparseStep(snapshot))) return []
    const weight = sampleWeight(model, split.targets.cols)
    // The Gram matrix of the stacked blocks is the sum of theirs.
    let together: Float64Array | null = null
    let ofLayers = 0
    for (const { layer, input } of await snapshot.layers()) {
      const gram = blockGram(await snapshot.layerJacobians(layer), input, weight)
      signal.throwIfAborted()
      together = together ? together.map((x, at) => x + gram.data[at]!) : Float64Array.from(gram.data)
      ofLayers += meanOutlier(gram.data, size, outlierCount(model))
    }
    const measured: Measurement[] = [scalarMeasurement('layerOutlierSum', ofLayers)]
    if (together)
      measured.unshift(scalarMeasurement('weightsOutlier', meanOutlier(together, size, outlierCount(model))))
    return measured
  },
} satisfies Probe

function meanOutlier(gram: Float64Array, size: number, outliers: number): number {
  const { values } = symmetricEigen({ rows: size, cols: size, data: gram })
  return values.subarray(0, outliers).reduce((sum, value) => sum + value, 0) / Math.min(outliers, size)
}

import type { QuantityDefinition } from '#shared/records'
import { svd, transpose } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { scalarMeasurement, vectorMeasurement, type Probe } from '#main/core/probe'
import type { ParameterArrays, Snapshot } from '#main/core/snapshot'
import { columns, energyFraction, fromColumns, principalAngles } from '#main/spectra/index'
import { arrayOf } from './arrayOf'
import { definedMeasurements } from './definedMeasurements'
import { fullSpectrum } from './fullSpectrum'
import { isSparseStep } from './isSparseStep'
import { LabError } from '#shared/errors'
import { miniBatchGradients } from './miniBatchGradients'
import { outlierCount } from './outlierCount'
import { totalGradient } from './totalGradient'

/** Mini-batches of a tenth of the samples: their mean χ is what is recorded. */
const [BATCHES, BATCH_SHARE] = [8, 0.1]
/** A singular value below this share of the first has no direction of its own. */
const IN_USE = 1e-10

const definition = { unit: '', kind: 'scalar', scale: 'linear', perLayer: false } as const
const spaces = [
  { id: 'TopK', words: 'top K eigenvectors', k: 'K' },
  { id: 'Outliers', words: 'outlier space', k: 'K² (MSE) or (K − 1)² (cross-entropy)' },
] as const
const vectors = [
  { id: 'gradientChi', words: 'Gradient', symbol: 'g', help: 'g the gradient of the whole loss' },
  { id: 'dataGradientChi', words: 'Data gradient', symbol: 'g_data', help: 'g the gradient of the data loss' },
  {
    id: 'miniBatchChi',
    words: 'Mini-batch gradients',
    symbol: 'g_B',
    help: `mean over ${BATCHES} random mini-batches of a tenth of the samples, g their gradient of the data loss`,
  },
  {
    id: 'updateChi',
    words: 'Update',
    symbol: 'Δθ',
    help: 'g what the optimiser is about to add to the parameters, momentum and preconditioning included',
  },
  { id: 'parametersChi', words: 'Parameters', symbol: 'θ', help: 'g the vector of all parameters' },
] as const

const quantities: readonly QuantityDefinition[] = [
  ...spaces.flatMap((space) =>
    vectors.map(({ id, words, symbol, help }): QuantityDefinition => ({
      ...definition,
      id: `${id}In${space.id}`,
      label: `${words} in the ${space.words}`,
      symbol: `χ(${symbol})`,
      help:
        `U the eigenvectors of the ${space.k} largest eigenvalues of the Hessian of the loss in all parameters; ${help}. ` +
        'Its square is the energy fraction; a random direction has √(k/P).',
      formula: 'χ = ‖Uᵀg‖/‖g‖',
      source: 'Song, Ahn & Yun 2024, arXiv:2405.16002; theory note 04, section (e)',
    })),
  ),
  {
    ...definition,
    id: 'interfaceAngles',
    label: 'Angles between neighbouring layers',
    symbol: 'θ(W_l, W_{l−1})',
    unit: 'rad',
    help:
      'Principal angles between the leading right singular vectors of W_l and the leading left singular vectors of ' +
      'W_{l−1}, K of each for MSE and K − 1 for cross-entropy: zero where the layers are aligned.',
    formula: 'θ_i = arccos σ_i(V_lᵀU_{l−1})',
    source: 'Björck & Golub 1973; theory note 01, section 5.6',
    kind: 'vector',
    perLayer: true,
  },
]

export default {
  id: 'subspaceAlignment',
  title: 'Alignment with the leading eigenspaces',
  quantities,
  applies: () => true,
  async measure(snapshot, signal, isAsked = false) {
    if (!isAsked && !isSparseStep(snapshot)) return []
    const { vectors: basis } = await fullSpectrum(snapshot, signal)
    const { model, split } = snapshot
    const batch = Math.max(1, Math.round(BATCH_SHARE * split.targets.cols))
    const measured: Record<(typeof vectors)[number]['id'], readonly Float64Array[]> = {
      gradientChi: [concatenated(snapshot, await totalGradient(snapshot))],
      dataGradientChi: [concatenated(snapshot, await snapshot.dataGradient())],
      miniBatchChi: await miniBatchGradients(snapshot, batch, BATCHES),
      updateChi: await update(snapshot),
      parametersChi: [concatenated(snapshot, await snapshot.parameters())],
    }
    const sizes = { TopK: model.classes, Outliers: outlierCount(model) }
    const attempts = spaces.flatMap(({ id: space }) =>
      vectors
        .filter(({ id }) => measured[id].length > 0)
        .map(({ id }) => () => {
          const directions = measured[id]
          const chi = directions.map((z) => energyFraction(z, basis.slice(0, sizes[space])).chi)
          return scalarMeasurement(`${id}In${space}`, chi.reduce((sum, x) => sum + x, 0) / chi.length)
        }),
    )
    const angles = (await interfaces(snapshot)).map(({ layer, above, below }) => () => {
      return vectorMeasurement('interfaceAngles', principalAngles(above(), below()), layer)
    })
    return definedMeasurements([...attempts, ...angles])
  },
} satisfies Probe

/** Empty where there is no next step: for a replica that has stopped. */
async function update(snapshot: Snapshot): Promise<Float64Array[]> {
  try {
    return [concatenated(snapshot, await snapshot.nextUpdate())]
  } catch (thrown) {
    if (!(thrown instanceof LabError && thrown.code === 'degenerate')) throw thrown
    return []
  }
}

/** The two leading spaces of each interface between weight layers, in the features between them. */
async function interfaces(snapshot: Snapshot) {
  const layers = await snapshot.layers()
  const { classes, loss } = snapshot.model
  const count = loss === 'mse' ? classes : classes - 1
  return layers.slice(1).map(({ layer, weight }, i) => {
    const lower = layers[i]!
    return {
      layer,
      above: () => leadingInputs(weight, count, layer),
      below: () => leadingInputs(transpose(lower.weight), count, lower.layer),
    }
  })
}

/** The right singular vectors of the `count` largest singular values, in columns. */
function leadingInputs(W: Matrix, count: number, layer: number): Matrix {
  const { s, vt } = svd(W)
  if (!(s[count - 1]! > IN_USE * s[0]!)) {
    throw new LabError('degenerate', `subspaceAlignment: W${layer} uses fewer than ${count} directions.`, { layer })
  }
  return fromColumns(columns(transpose(vt)).slice(0, count))
}

function concatenated(snapshot: Snapshot, arrays: ParameterArrays): Float64Array {
  return Float64Array.from(snapshot.model.parameters.flatMap(({ name }) => [...arrayOf(arrays, name)]))
}

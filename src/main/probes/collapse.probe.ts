import type { QuantityDefinition } from '#shared/records'
import { matmul } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { scalarMeasurement, type Measurement, type Probe } from '#main/core/probe'
import type { Model } from '#main/core/model'
import type { LayerState, Snapshot } from '#main/core/snapshot'
import { arrayOf } from './arrayOf'
import { collapseMetrics } from './collapseMetrics'
import { definedMeasurements } from './definedMeasurements'
import { chainAbove } from './kroneckerFactors'
import { predictedFrame } from './predictedFrame'

const definition = { unit: '', kind: 'scalar', scale: 'log', perLayer: true } as const
const source = 'Papyan, Han, Donoho 2020, arXiv:2008.08186; theory note 01, section 4'

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'nc1',
    label: 'NC1: variability collapse',
    symbol: 'NC1',
    help:
      'Of the features H_l that enter layer l; Σ_W within-class, Σ_B between-class covariance. 0 when all samples of a ' +
      'class share one feature.',
    formula: 'tr(Σ_W Σ_B†)/K',
    source,
  },
  {
    ...definition,
    id: 'nc1Ratio',
    label: 'NC1 as a ratio of traces',
    symbol: 'tr Σ_W / tr Σ_B',
    help: 'As NC1 without a pseudo-inverse; Σ_B around the mean of the class means.',
    formula: 'tr Σ_W / tr Σ_B',
    source: 'Theory note 01, section 4',
  },
  {
    ...definition,
    id: 'nc2',
    label: 'NC2: frame of the class means',
    symbol: 'NC2',
    help:
      'Distance of the normalised Gram matrix of the class means from the predicted frame: an orthogonal frame for MSE ' +
      'without biases, a simplex equiangular tight frame of the centred means otherwise (the record says which).',
    formula: '‖MᵀM/‖MᵀM‖_F − I/√K‖_F, or with (I − 11ᵀ/K)/√(K − 1) for centred means',
    source,
  },
  {
    ...definition,
    id: 'nc3',
    label: 'NC3: self-duality',
    symbol: 'NC3',
    help:
      'A_l = W_L … W_l in a linear chain; in other networks only for the last layer, where A_L = W_L. Means are centred ' +
      'as for NC2.',
    formula: '‖A_l/‖A_l‖_F − Mᵀ/‖M‖_F‖_F',
    source,
  },
  {
    ...definition,
    scale: 'linear',
    id: 'nc4',
    label: 'NC4: nearest class mean',
    symbol: 'NC4',
    help:
      'Share of training samples on which the network’s decision differs from the nearest class mean of the features that ' +
      'enter the last layer; ties to the lowest class. 0 at collapse.',
    formula: '1/N #{i: argmax_c f_{c,i} ≠ argmin_c ‖h_i − μ_c‖}',
    source,
  },
  {
    ...definition,
    id: 'separation',
    label: 'Class separation',
    symbol: 'D',
    help: 'Σ_B around the mean of all samples. Sees scatter outside the span of the means too.',
    formula: 'D = tr Σ_W / tr Σ_B',
    source: 'Wang et al. 2023, arXiv:2311.02960, there C_l; theory note 05, S-B',
  },
]

export default {
  id: 'collapse',
  title: 'Neural collapse',
  quantities,
  applies: () => true,
  async measure(snapshot, signal) {
    const { model, split } = snapshot
    const layers = await snapshot.layers()
    signal.throwIfAborted()
    const bias = await outputBias(snapshot)
    return definedMeasurements(layers.flatMap((state) => attemptsAt(model, split.classSizes, layers, state, bias)))
  },
} satisfies Probe

/** What may be measured at one layer; each attempt fails alone. */
function attemptsAt(
  model: Model,
  classSizes: readonly number[],
  layers: readonly LayerState[],
  state: LayerState,
  bias: Float64Array | null,
): (() => Measurement)[] {
  const frame = predictedFrame(model)
  const isLast = state === layers.at(-1)
  const weight = classifierOf(model, layers, state)
  const classifier = weight && { weight, bias: isLast ? bias : null }
  const metrics = collapseMetrics(state.input, classSizes, frame, classifier, { agreement: isLast })
  return Object.entries(metrics).map(([quantity, value]) => () => {
    const measurement = scalarMeasurement(quantity, value(), state.layer)
    return quantity === 'nc2' || quantity === 'nc3' ? { ...measurement, meta: { frame } } : measurement
  })
}

/** b_L, or null where the last layer has none. */
async function outputBias(snapshot: Snapshot): Promise<Float64Array | null> {
  const { parameters } = snapshot.model
  const last = Math.max(...parameters.map(({ layer }) => layer))
  const bias = parameters.find(({ kind, layer }) => kind === 'bias' && layer === last)
  return bias ? arrayOf(await snapshot.parameters(), bias.name) : null
}

/** What reads the features of a layer linearly: A_l in a chain, W_L in the last layer, else nothing. */
function classifierOf(model: Model, layers: readonly LayerState[], state: LayerState): Matrix | null {
  if (model.isLinearChain) return matmul(chainAbove(layers, state.layer), state.weight)
  return state === layers.at(-1) ? state.weight : null
}

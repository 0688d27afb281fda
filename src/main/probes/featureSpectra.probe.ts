import type { QuantityDefinition } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import { vectorMeasurement, type Probe } from '#main/core/probe'

const definition = { unit: '', kind: 'vector', scale: 'log', perLayer: true } as const

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'featureSingularValues',
    label: 'Singular values of the features',
    symbol: 'σ(H_l)',
    help: 'Of the features H_l that enter layer l, after the activation below; descending.',
    formula: 'σ_i(H_l)',
    source: 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02, section c2',
  },
  {
    ...definition,
    id: 'preActivationSingularValues',
    label: 'Singular values before the activation',
    symbol: 'σ(W_l H_l)',
    help: 'Of the output W_l H_l of layer l, before its activation; descending.',
    formula: 'σ_i(W_l H_l)',
    source: 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02, section c2',
  },
]

export default {
  id: 'featureSpectra',
  title: 'Feature spectra',
  quantities,
  applies: () => true,
  async measure(snapshot, signal) {
    const layers = await snapshot.layers()
    signal.throwIfAborted()
    return layers.flatMap(({ layer, input, output }) => [
      vectorMeasurement('featureSingularValues', singularValues(input), layer),
      vectorMeasurement('preActivationSingularValues', singularValues(output), layer),
    ])
  },
} satisfies Probe

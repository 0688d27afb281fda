import type { QuantityDefinition } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { scalarMeasurement, vectorMeasurement, type Probe } from '#main/core/probe'
import { arrayOf } from './arrayOf'
import { numericalRank } from './numericalRank'

/** Fraction of the largest singular value that counts as a direction in use (theory note 01, section 4). */
const RANK_TOLERANCE = 0.1

const quantities: readonly QuantityDefinition[] = [
  {
    id: 'singularValues',
    label: 'Singular values',
    symbol: 'σ',
    unit: '',
    help: 'Of each weight matrix W_l, descending; layer 0 is H_1 where features are free parameters.',
    formula: 'σ_i(W_l)',
    source: 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, sections 4 and 5.1',
    kind: 'vector',
    scale: 'log',
    perLayer: true,
  },
  {
    id: 'numericalRank',
    label: 'Numerical rank',
    symbol: 'rank',
    unit: '',
    help: 'Number of singular values above a tenth of the largest; 0 for a zero matrix.',
    formula: '#{i: σ_i > 0.1 σ_1}',
    source: 'Theory note 01, section 4',
    kind: 'scalar',
    scale: 'linear',
    perLayer: true,
  },
]

export default {
  id: 'singularValues',
  title: 'Singular values',
  quantities,
  applies: () => true,
  async measure(snapshot) {
    const values = await snapshot.parameters()
    return snapshot.model.parameters.flatMap(({ name, shape: [rows, cols], layer, kind }) => {
      if (kind === 'bias' || rows === undefined || cols === undefined) return []
      const sigma = singularValues(matrix(rows, cols, arrayOf(values, name)))
      return [
        vectorMeasurement('singularValues', sigma, layer),
        scalarMeasurement('numericalRank', numericalRank(sigma, RANK_TOLERANCE), layer),
      ]
    })
  },
} satisfies Probe

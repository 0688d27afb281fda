import { matrix } from '#main/compute/matrix'
import { scalarMeasurement, type Probe } from '#main/core/probe'
import { arrayOf } from './arrayOf'
import { balancedness } from './balancedness'

export default {
  id: 'balancedness',
  title: 'Balancedness',
  quantities: [
    {
      id: 'balancedness',
      label: 'Imbalance of neighbouring factors',
      symbol: '‖λVᵀV − λWWᵀ‖',
      unit: '',
      help:
        'For the factor of layer l and the one below it (H_1 where features are free). Zero at every critical point of a ' +
        'linear chain.',
      formula: '‖λ_l W_lᵀW_l − λ_{l−1} W_{l−1}W_{l−1}ᵀ‖_F',
      source: 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, section 4',
      kind: 'scalar',
      scale: 'log',
      perLayer: true,
    },
  ],
  applies: (model) => model.isLinearChain,
  async measure(snapshot) {
    const values = await snapshot.parameters()
    const factors = snapshot.model.parameters.map(({ name, shape: [rows = 0, cols = 0], layer, weightDecay }) => ({
      factor: matrix(rows, cols, arrayOf(values, name)),
      layer,
      weightDecay,
    }))
    return factors.slice(1).map((above, i) => {
      const below = factors[i] ?? above
      const decay = { above: above.weightDecay, below: below.weightDecay }
      return scalarMeasurement('balancedness', balancedness(above.factor, below.factor, decay), above.layer)
    })
  },
} satisfies Probe

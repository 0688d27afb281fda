import { scalarMeasurement, type Probe } from '#main/core/probe'
import { balancedness } from './balancedness'
import { weightMatrices } from './weightMatrices'

export default {
  id: 'imbalance',
  title: 'Imbalance of neighbouring layers',
  quantities: [
    {
      id: 'imbalance',
      label: 'Imbalance of neighbouring layers',
      symbol: '‖W_{l+1}ᵀW_{l+1}−W_{l}W_{l}ᵀ‖',
      unit: '',
      help: 'Recorded for layer l + 1, without weight decays as factors. Gradient flow without decay conserves the matrix.',
      formula: '‖W_{l+1}ᵀW_{l+1} − W_lW_lᵀ‖_F',
      source: 'Arora, Cohen, Hazan 2018, arXiv:1802.06509; theory note 05, S-A, conservation',
      kind: 'scalar',
      scale: 'log',
      perLayer: true,
    },
  ],
  // A chain of matrices, whatever its loss looks at.
  applies: ({ activation, parameters }) => activation === 'linear' && parameters.every(({ kind }) => kind !== 'bias'),
  async measure(snapshot) {
    const weights = weightMatrices(snapshot.model, await snapshot.parameters())
    return weights
      .slice(1)
      .map((above, i) =>
        scalarMeasurement('imbalance', balancedness(above, weights[i]!, { above: 1, below: 1 }), i + 2),
      )
  },
} satisfies Probe

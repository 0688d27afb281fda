import type { QuantityDefinition } from '#shared/records'
import { scalarMeasurement, type Probe } from '#main/core/probe'

const quantities = [
  {
    id: 'loss',
    label: 'Loss',
    symbol: 'L',
    unit: '',
    help: 'Data loss plus weight decay over all decayed parameters, on the whole training set.',
    formula: 'L = L_data + Σ λ/2 ‖θ‖²',
    source: 'Theory note 01, section 2',
    kind: 'scalar',
    scale: 'log',
    perLayer: false,
  },
  {
    id: 'dataLoss',
    label: 'Data loss',
    symbol: 'L_data',
    unit: '',
    help: 'Loss without weight decay, on the whole training set.',
    formula: 'MSE: 1/(2N) ‖F − Y‖²; cross-entropy: 1/N Σ_i (log Σ_c e^{f_ci} − f_{y_i,i})',
    source: 'Theory note 01, section 2',
    kind: 'scalar',
    scale: 'log',
    perLayer: false,
  },
] as const satisfies readonly QuantityDefinition[]

export default {
  id: 'loss',
  title: 'Loss',
  quantities,
  applies: () => true,
  async measure(snapshot) {
    const { data, regularisation } = await snapshot.loss()
    return [scalarMeasurement('loss', data + regularisation), scalarMeasurement('dataLoss', data)]
  },
} satisfies Probe

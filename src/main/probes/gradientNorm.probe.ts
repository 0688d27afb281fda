import type { QuantityDefinition } from '#shared/records'
import { scalarMeasurement, type Probe } from '#main/core/probe'
import { gradientNorm, totalGradientNorm } from './gradientNorm'

const definition = { unit: '', kind: 'scalar', scale: 'log', perLayer: false } as const

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'gradientNorm',
    label: 'Gradient norm',
    symbol: '‖∇L‖',
    help:
      'Euclidean norm of the gradient of the whole loss (data and λ terms) in all parameters, on the whole training ' +
      'set. Zero at a critical point.',
    formula: '‖∇L‖₂',
    source: 'Theory note 01, section 4',
  },
  {
    ...definition,
    id: 'dataGradientNorm',
    label: 'Data gradient norm',
    symbol: '‖∇L_data‖',
    help:
      'Euclidean norm of the gradient of the data loss alone. At the end of training it balances weight decay and does ' +
      'not vanish.',
    formula: '‖∇L_data‖₂',
    source: 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, section 5.5',
  },
]

export default {
  id: 'gradientNorm',
  title: 'Gradient norms',
  quantities,
  applies: () => true,
  async measure(snapshot) {
    return [
      scalarMeasurement('gradientNorm', await totalGradientNorm(snapshot)),
      scalarMeasurement('dataGradientNorm', gradientNorm(await snapshot.dataGradient())),
    ]
  },
} satisfies Probe

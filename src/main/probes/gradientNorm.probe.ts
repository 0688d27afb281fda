import type { QuantityDefinition } from '#shared/records'
import { norm } from '#main/compute/linalg/index'
import { scalarMeasurement, type Probe } from '#main/core/probe'
import type { ParameterArrays } from '#main/core/snapshot'
import { totalGradient } from './totalGradient'

const definition = { unit: '', kind: 'scalar', scale: 'log', perLayer: false } as const

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'gradientNorm',
    label: 'Gradient norm',
    symbol: '‖∇L‖',
    help:
      'Euclidean norm of the gradient of the whole loss (data and λ terms) in all parameters, on the whole training ' +
      'set. Zero at a critical point. Theory note 01, section 4.',
  },
  {
    ...definition,
    id: 'dataGradientNorm',
    label: 'Data gradient norm',
    symbol: '‖∇L_data‖',
    help:
      'Euclidean norm of the gradient of the data loss alone. At the end of training it balances weight decay and does ' +
      'not vanish. Theory note 01, section 5.5.',
  },
]

export default {
  id: 'gradientNorm',
  title: 'Gradient norms',
  quantities,
  applies: () => true,
  async measure(snapshot) {
    return [
      scalarMeasurement('gradientNorm', normOf(await totalGradient(snapshot))),
      scalarMeasurement('dataGradientNorm', normOf(await snapshot.dataGradient())),
    ]
  },
} satisfies Probe

function normOf(gradient: ParameterArrays): number {
  return norm(Float64Array.from(Object.values(gradient), (block) => norm(block)))
}

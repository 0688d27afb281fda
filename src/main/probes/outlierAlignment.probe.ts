import type { QuantityDefinition } from '#shared/records'
import { scalarMeasurement, type Measurement, type Probe } from '#main/core/probe'
import { arrayOf } from './arrayOf'
import { definedMeasurements } from './definedMeasurements'
import { isDue, layerBlock, outlierVectors, weightName } from './layerBlock'
import { outlierCount } from './outlierCount'
import { subspaceFraction } from './subspaceFraction'
import { totalGradient } from './totalGradient'

const definition = { unit: '', kind: 'scalar', scale: 'linear', perLayer: true } as const
const rule = 'U_k the eigenvectors of the k largest eigenvalues of the layer Hessian (data part) that are not zero'
const formula = '‖U_kᵀg‖²/‖g‖²'
const source = 'Gur-Ari, Roberts, Dyer 2018, arXiv:1812.04754; theory note 01, sections 4 and 5.5'

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'dataGradientInOutliers',
    label: 'Data gradient in the outlier space',
    symbol: '‖Uᵀg_data‖²/‖g_data‖²',
    help: `g the gradient of the data loss in W_l, ${rule}, k = K² for MSE and (K − 1)² for cross-entropy.`,
    formula,
    source,
  },
  {
    ...definition,
    id: 'totalGradientInOutliers',
    label: 'Total gradient in the outlier space',
    symbol: '‖Uᵀg‖²/‖g‖²',
    help: 'As for the data gradient, with the gradient of the whole loss: late in training it does the opposite.',
    formula,
    source,
  },
  {
    ...definition,
    id: 'dataGradientInTopK',
    label: 'Data gradient in the top K eigenvectors',
    symbol: '‖U_Kᵀg_data‖²/‖g_data‖²',
    help: `g the gradient of the data loss in W_l, ${rule}, k = K.`,
    formula,
    source,
  },
  {
    ...definition,
    id: 'totalGradientInTopK',
    label: 'Total gradient in the top K eigenvectors',
    symbol: '‖U_Kᵀg‖²/‖g‖²',
    help: `g the gradient of the whole loss in W_l, ${rule}, k = K.`,
    formula,
    source,
  },
]

export default {
  id: 'outlierAlignment',
  title: 'Gradient in the outlier space',
  quantities,
  applies: () => true,
  async measure(snapshot, signal, isAsked = false) {
    const { model } = snapshot
    const gradients = { data: await snapshot.dataGradient(), total: await totalGradient(snapshot) }
    const spaces = { InOutliers: outlierCount(model), InTopK: model.classes }
    const attempts: (() => Measurement)[] = []
    for (const state of await snapshot.layers()) {
      if (!isAsked && !isDue(snapshot, state)) continue
      const block = await layerBlock(snapshot, state, signal)
      const weight = weightName(model, state.layer)
      for (const [which, gradient] of Object.entries(gradients)) {
        for (const [space, k] of Object.entries(spaces)) {
          attempts.push(() => {
            const fraction = subspaceFraction(outlierVectors(block, k), arrayOf(gradient, weight))
            return scalarMeasurement(`${which}Gradient${space}`, fraction, state.layer)
          })
        }
      }
    }
    return definedMeasurements(attempts)
  },
} satisfies Probe

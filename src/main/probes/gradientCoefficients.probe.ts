import type { QuantityDefinition } from '#shared/records'
import { matrix } from '#main/compute/matrix'
import type { Probe } from '#main/core/probe'
import { arrayOf } from './arrayOf'
import { definedMeasurements } from './definedMeasurements'
import { gradientCoefficients } from './gradientCoefficients'
import { weightName } from './layerBlock'
import { layerClassMeans } from './layerClassMeans'
import { totalGradient } from './totalGradient'

const definition = { unit: '', kind: 'matrix', scale: 'linear', perLayer: true } as const
const formula = 'f̃_cc′ = ⟨v, g⟩²/(‖v‖²‖g‖²)'
const basis = 'v = μ_c of layer l+1 ⊗ μ_c′ of layer l (row c, column c′)'
const source = 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, sections 4 and 5.5'

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'gradientCoefficients',
    label: 'Data gradient in the class-mean basis',
    symbol: 'f̃_cc′',
    help: `${basis}, g the gradient of the data loss in W_l. At the collapsed MSE solution 1/K on the diagonal.`,
    formula,
    source,
  },
  {
    ...definition,
    id: 'totalGradientCoefficients',
    label: 'Total gradient in the class-mean basis',
    symbol: 'f̃_cc′ (total)',
    help: `${basis}, g the gradient of the whole loss in W_l.`,
    formula,
    source,
  },
]

export default {
  id: 'gradientCoefficients',
  title: 'Gradient in the class-mean basis',
  quantities,
  applies: () => true,
  async measure(snapshot) {
    const { model, split } = snapshot
    const layers = await snapshot.layers()
    const gradients = {
      gradientCoefficients: await snapshot.dataGradient(),
      totalGradientCoefficients: await totalGradient(snapshot),
    }
    const attempts = layers.flatMap((state) => {
      const { layer, weight } = state
      const { above, below } = layerClassMeans(layers, state, split.classSizes)
      return Object.entries(gradients).map(([quantity, gradient]) => () => {
        const G = matrix(weight.rows, weight.cols, arrayOf(gradient, weightName(model, layer)))
        const { rows, cols, data } = gradientCoefficients(G, above, below)
        return { quantity, layer, shape: [rows, cols], data }
      })
    })
    return definedMeasurements(attempts)
  },
} satisfies Probe

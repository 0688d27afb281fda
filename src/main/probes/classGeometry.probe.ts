import type { QuantityDefinition } from '#shared/records'
import { matmul } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import type { Measurement, Probe } from '#main/core/probe'
import { classMeans } from './classMeans'
import { repulsionOrder } from './classOrder'
import { columnsInOrder } from './columnsInOrder'
import { isSparseStep } from './isSparseStep'

const definition = { unit: '', kind: 'matrix', scale: 'linear', perLayer: true } as const
const source =
  'Súkeník, Lampert & Mondelli 2024, arXiv:2405.14468; Garrod & Keating 2024, arXiv:2410.23169; theory note 02, section f'
const when =
  'Classes that repel each other most stand side by side, as in the class-mean outputs (the record lists the order). ' +
  'At step 0, the powers of ten and the last step.'

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'classMeanFeatures',
    label: 'Class means of the features',
    symbol: 'M_l',
    help: `d × K: column k is the mean of the features of a class that enter layer l, after the activation below. ${when}`,
    formula: 'M_l = [μ_1 … μ_K], μ_k = 1/n_k Σ_{i in k} h_i',
    source,
  },
  {
    ...definition,
    id: 'featureGram',
    label: 'Inner products of the class means',
    symbol: 'MᵀM',
    help: `K × K, of the features H_l that enter layer l, after the activation below. ${when}`,
    formula: 'μ_kᵀ μ_m, μ_k the class means of H_l',
    source,
  },
  {
    ...definition,
    id: 'preActivationGram',
    label: 'Inner products of the class means before the activation',
    symbol: 'M̃ᵀM̃',
    help: `K × K, of the outputs W_l H_l of layer l, before its activation. ${when}`,
    formula: 'ν_kᵀ ν_m, ν_k the class means of W_l H_l',
    source,
  },
]

/** What the class means look like on both sides of an activation. Theory note 02, F10. */
export default {
  id: 'classGeometry',
  title: 'Class means, before and after the activation',
  quantities,
  applies: () => true,
  async measure(snapshot) {
    if (!isSparseStep(snapshot)) return []
    const { classSizes } = snapshot.split
    const order = repulsionOrder(classMeans(await snapshot.logits(), classSizes))
    const meansOf = (features: Matrix) => columnsInOrder(classMeans(features, classSizes), order)
    const gramOf = (means: Matrix) => matmul(means, means, { transposeA: true })
    return (await snapshot.layers()).flatMap(({ layer, input, output }) => {
      const means = meansOf(input)
      const record = (quantity: string, { rows, cols, data }: Matrix): Measurement => {
        return { quantity, layer, shape: [rows, cols], data, meta: { order } }
      }
      return [
        record('classMeanFeatures', means),
        record('featureGram', gramOf(means)),
        record('preActivationGram', gramOf(meansOf(output))),
      ]
    })
  },
} satisfies Probe

import type { Matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'
import type { Snapshot } from '#main/core/snapshot'
import { factorOperator } from '#main/spectra/index'
import { classMeanTerms, layerVectors } from '../classDecomposition'
import { parameterReading } from '../eigenvectorReading'
import { weightName } from '../layerBlock'
import { sampleMomentOperator } from '../sampleMoment'
import { chosenLayer, chosenParameters, type OperatorDefinition } from './definition'
import { gramRoute } from './gramRoute'
import { named } from './hessians'

type Part = 'class' | 'cross' | 'within' | 'same'

const source = 'MSE: theory note 01, 5.3; cross-entropy: Papyan 2019, arXiv:1901.08244.'
const parts: Readonly<Record<Part, { title: string; help: string }>> = {
  class: { title: 'Class part of G', help: `G_class = Σ_c ω_c v_c v_cᵀ of one layer; K outliers. ${source}` },
  cross: {
    title: 'Cross-class part of G',
    help: `G_cross = Σ_cc′ ω_cc′ (v_cc′ − v_c)(v_cc′ − v_c)ᵀ of one layer; K(K − 1) outliers for MSE. ${source}`,
  },
  within: {
    title: 'Within-class part of G',
    help: `G_within = Σ_icc′ ω (v_icc′ − v_cc′)(·)ᵀ of one layer; zero at collapse. ${source}`,
  },
  same: {
    title: 'Own-class part of G',
    help: `G_same = Σ_ic ω_icc v_icc v_iccᵀ of one layer, kept apart with cross-entropy. ${source}`,
  },
}

/** The class parts of a layer's Gauss-Newton matrix, which sum to it. */
export const classPartOperators: readonly OperatorDefinition[] = (['class', 'cross', 'within', 'same'] as const).map(
  (part): OperatorDefinition => ({
    id: `gaussNewton${part[0]!.toUpperCase()}${part.slice(1)}`,
    title: parts[part].title,
    help: parts[part].help,
    choose: 'layer',
    applies: ({ loss }) => part !== 'same' || loss === 'ce',
    predictedAs: (_, { layer = null }) => ({ quantity: `${part}Hessian`, layer }),
    async make(snapshot, { layer }) {
      const state = await chosenLayer(snapshot, layer)
      const name = weightName(snapshot.model, state.layer)
      const { operator, factor, scale } = await partOperator(snapshot, state.layer, name, part)
      const K = snapshot.model.classes
      const mse = snapshot.model.loss === 'mse'
      const counts = { class: mse ? K : null, cross: mse ? K * (K - 1) : null, within: null, same: null }
      return {
        ...named(operator, `Gauss-Newton G of ${name}, ${part} part`, {
          includesRegularisation: false,
          theoryCount: counts[part],
          ...(scale !== undefined && { scale }),
          reading: () => parameterReading(snapshot, chosenParameters(snapshot.model, { parameters: [name] })),
        }),
        exact: factor && (async () => gramRoute(factor)),
      }
    },
  }),
)

/** class and cross: a factor with K or K² columns. same: per-sample vectors. within: what is left of G, never formed. */
async function partOperator(snapshot: Snapshot, layer: number, name: string, part: Part) {
  const vectors = await layerVectors(snapshot, layer)
  const terms = classMeanTerms(vectors)
  if (part === 'class' || part === 'cross') return { operator: factorOperator(terms[part]), factor: terms[part] }
  const same = sameOperator(vectors)
  if (part === 'same') return { operator: same, factor: null }
  const others = [factorOperator(terms.class), factorOperator(terms.cross), ...(vectors.separateOwnClass ? [same] : [])]
  const whole = difference(snapshot.hessian('gaussNewton', [name]), others)
  const scale = squares(terms.class) + squares(terms.cross)
  return { operator: whole, factor: null, scale }
}

/** ‖X‖_F² = tr X Xᵀ. */
function squares({ data }: Matrix): number {
  return data.reduce((sum, x) => sum + x * x, 0)
}

/** Σ_i ω_icc v_icc v_iccᵀ with v_icc = (J_iᵀ s_ic) ⊗ h_i, c the class of sample i. */
function sameOperator({ directions, features, weights, classSizes }: Awaited<ReturnType<typeof layerVectors>>) {
  const N = features.cols
  const classOf = classSizes.flatMap((size, c) => Array<number>(size).fill(c))
  const [first] = directions
  const own = { ...first!, data: first!.data.map((_, at) => directions[classOf[at % N]!]!.data[at]!) }
  return sampleMomentOperator({
    blocks: [{ kind: 'outer', a: own, b: features }],
    weights: Float64Array.from(classOf, (c, i) => weights.data[c * N + i]!),
    centred: false,
  })
}

function difference(whole: LinearOperator, parts: readonly LinearOperator[]): LinearOperator {
  return {
    n: whole.n,
    ...(whole.dtype && { dtype: whole.dtype }),
    async apply(x, y) {
      await whole.apply(x, y)
      const image = new Float64Array(whole.n)
      for (const part of parts) {
        await part.apply(x, image)
        for (let i = 0; i < y.length; i++) y[i]! -= image[i]!
      }
    },
  }
}

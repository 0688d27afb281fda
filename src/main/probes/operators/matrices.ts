import { transpose } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { Model } from '#main/core/model'
import type { LayerState, Snapshot } from '#main/core/snapshot'
import { factorOperator } from '#main/spectra/index'
import { centredMeans, classMeans } from '../classMeans'
import { layerClassMeans } from '../layerClassMeans'
import { withinDeviations } from '../withinDeviations'
import { weightName } from '../layerBlock'
import { featureReading } from '../eigenvectorReading'
import { chosenLayer, type OperatorDefinition } from './definition'
import { gramRoute } from './gramRoute'
import { named } from './hessians'

/** A matrix scale · X Xᵀ of one layer, given by its factor. */
interface Factor {
  readonly X: Matrix
  readonly scale: number
  /** Means that were taken off the columns: so many of them are no longer independent. Default 0. */
  readonly means?: number
}

interface MatrixOperator {
  readonly id: string
  readonly title: string
  readonly help: string
  /** After the name of the layer's weights. */
  readonly words: string
  factor(state: LayerState, snapshot: Snapshot): Factor
  count(model: Model): number | null
  /** Directions of the classes in the space of the matrix, one a column; null where classes have none. */
  readonly means: ((state: LayerState, snapshot: Snapshot) => Promise<Matrix>) | null
}

const meansBelow: MatrixOperator['means'] = async ({ input }, { split }) => classMeans(input, split.classSizes)
const centredBelow: MatrixOperator['means'] = async (state, snapshot) =>
  centredMeans(classMeans(state.input, snapshot.split.classSizes))

const moments = 'Theory note 01, sections 4 and 5.6.'
/** K directions in use for MSE, K − 1 for cross-entropy. */
const used = ({ loss, classes }: Model) => (loss === 'mse' ? classes : classes - 1)

const matrices: readonly MatrixOperator[] = [
  {
    id: 'weightGram',
    title: 'Gram matrix of the weights, inputs',
    help: `W_lᵀ W_l, d_l × d_l: squared singular values of the layer. ${moments}`,
    words: 'WᵀW',
    means: meansBelow,
    factor: ({ weight }) => ({ X: transpose(weight), scale: 1 }),
    count: used,
  },
  {
    id: 'weightGramOutput',
    title: 'Gram matrix of the weights, outputs',
    help: `W_l W_lᵀ, d_{l+1} × d_{l+1}. ${moments}`,
    words: 'WWᵀ',
    means: async (state, snapshot) => layerClassMeans(await snapshot.layers(), state, snapshot.split.classSizes).above,
    factor: ({ weight }) => ({ X: weight, scale: 1 }),
    count: used,
  },
  {
    id: 'featureMoment',
    title: 'Second moment of the features',
    help: `1/N H_l H_lᵀ of the features that enter the layer, not centred. ${moments}`,
    words: 'second moment of the features',
    means: meansBelow,
    factor: ({ input }) => ({ X: input, scale: 1 / input.cols }),
    count: used,
  },
  {
    id: 'featureCovariance',
    title: 'Covariance of the features',
    help: `1/N Σ (h − h̄)(h − h̄)ᵀ around the mean of all samples. ${moments}`,
    words: 'covariance of the features',
    means: centredBelow,
    factor: ({ input }) => ({
      X: withinDeviations(input, overallMean(input), [input.cols]),
      scale: 1 / input.cols,
      means: 1,
    }),
    count: ({ classes }) => classes - 1,
  },
  {
    id: 'withinCovariance',
    title: 'Within-class covariance of the features',
    help: `Σ_W = 1/N Σ (h_ic − μ_c)(h_ic − μ_c)ᵀ. ${moments}`,
    words: 'within-class covariance of the features',
    means: null,
    factor: ({ input }, { split: { classSizes } }) => ({
      X: withinDeviations(input, classMeans(input, classSizes), classSizes),
      scale: 1 / input.cols,
      means: classSizes.length,
    }),
    count: () => null,
  },
  {
    id: 'betweenCovariance',
    title: 'Between-class covariance of the features',
    help: `Σ_B = 1/K Σ_c (μ_c − μ_G)(μ_c − μ_G)ᵀ. ${moments}`,
    words: 'between-class covariance of the features',
    means: centredBelow,
    factor: ({ input }, { split: { classSizes } }) => ({
      X: centredMeans(classMeans(input, classSizes)),
      scale: 1 / classSizes.length,
      means: 1,
    }),
    count: ({ classes }) => classes - 1,
  },
  {
    id: 'errorMoment',
    title: 'Second moment of the errors',
    help: `N D_l D_lᵀ = 1/N Σ e eᵀ with per-sample errors e = ∂ℓ/∂z at the layer's outputs. ${moments}`,
    words: 'second moment of the errors',
    means: async ({ error }, { split }) => classMeans(error, split.classSizes),
    factor: ({ error }) => ({ X: error, scale: error.cols }),
    count: used,
  },
]

/** Weights, features and errors of one layer: always with an exact route, the singular values of their factor. */
export const matrixOperators: readonly OperatorDefinition[] = matrices.map(
  ({ id, title, help, words, factor, count, means }): OperatorDefinition => ({
    id,
    title,
    help,
    choose: 'layer',
    applies: () => true,
    async make(snapshot, { layer }) {
      const state = await chosenLayer(snapshot, layer)
      const { X, scale, means: taken = 0 } = factor(state, snapshot)
      const theory = count(snapshot.model)
      return {
        ...named(factorOperator(X, scale), `${words}, ${weightName(snapshot.model, state.layer)}`, {
          includesRegularisation: false,
          theoryCount: theory === null ? null : Math.min(theory, X.rows),
          samples: X.cols - taken,
          reading: means && (async () => featureReading(words, await means(state, snapshot))),
        }),
        exact: async () => gramRoute(X, scale),
      }
    },
  }),
)

function overallMean(features: Matrix): Matrix {
  const { rows: d, cols: N, data } = features
  return matrix(
    d,
    1,
    Float64Array.from({ length: d }, (_, a) => data.subarray(a * N, (a + 1) * N).reduce((sum, h) => sum + h, 0) / N),
  )
}

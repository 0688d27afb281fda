import type { Prediction } from '#shared/records'
import { depthOf, factorDecays, factorShapes, hasClosedForms, type UfmConfig } from './config'
import { simplexLayerLevels, simplexSolution, type SimplexSolution } from './crossEntropy'
import { graphSolution, graphVertices } from './graphSolution'
import type { VerdictKind } from '#main/probes/verdict'
import type { UfmVariant } from './model'
import { simplexFullLevels } from './simplexSpectra'
import {
  fullHessianLevels,
  gaussNewtonLevels,
  layerHessianLevels,
  present,
  type HessianScope,
  type Level,
} from './spectra'
import { pairStructure, polygonStructure, type Structure } from './structures'
import { collapsedSolution, type CollapsedSolution } from './theory'

const NOTE = 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01'
const NOTE_02 = 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02'
const GRAPHS = 'after Súkeník, Lampert & Mondelli 2024, arXiv:2405.14468; theory note 02'

/**
 * What theory says of a run at the end of training: the collapsed solution where it exists, beside the structures that
 * compete with it, else zero. Empty where no closed form applies: a width below K, no weight decay, unbalanced classes.
 */
export function ufmPredictions(config: UfmConfig, { loss, activation }: UfmVariant): Prediction[] {
  if (!hasClosedForms(config)) return []
  if (loss === 'ce') return activation === 'linear' ? simplexPredictions(config) : reluSimplexPredictions(config)
  const solution = collapsedSolution(config)
  if (activation === 'relu') return reluPredictions(config, solution)
  return solution ? collapsedPredictions(config, solution) : zeroPredictions(config)
}

/** Linear cross-entropy: collapse with its spectra, and the losses of pair, polygon and zero. Theory note 02, D2 to D5. */
function simplexPredictions(config: UfmConfig): Prediction[] {
  const { K } = config
  const solution = simplexSolution(config)
  const pair = pairStructure(config)
  // The polygon is collapse for K = 3 and the pair structure for K = 4.
  const polygon = K >= 5 ? polygonStructure(config) : null
  const levels = present([
    ...(solution ? [{ value: solution.loss, copies: 1, label: 'collapse' }] : []),
    ...(pair ? [{ value: pair.loss, copies: 1, label: 'pair' }] : []),
    ...(polygon ? [{ value: polygon.loss, copies: 1, label: 'polygon' }] : []),
    { value: Math.log(K), copies: 1, label: 'zero' },
  ])
  const formula = 'L = g(Z) + λ/2 (L+1) Σ σ_i(Z)^{2/(L+1)} at the scale where it is least'
  return [
    prediction('loss', null, levels, formula, 'D2, D3', NOTE_02),
    ...(solution ? collapsePredictions(config, solution).map(ofCollapse) : []),
    ...outputPredictions(config, { collapse: solution, pair, polygon }),
  ]
}

function collapsePredictions(config: UfmConfig, solution: SimplexSolution): Prediction[] {
  const { K } = config
  const equal = factorDecays(config).every((lambda) => lambda === config.lamH)
  const spectrum =
    'λ times 0, 2, 1, 1 + t/K, 1 + t p, (L+1)(1 + t/K), (1−L) + (L+1)t/K, (1−L) + (L+1)t p and a 2 × 2 block'
  return [
    ...factorShapes(config).flatMap(([rows, cols], layer) => [
      prediction(
        'singularValues',
        layer,
        [
          { value: solution.singularValues[layer]!, copies: K - 1, label: 'collapse' },
          { value: 0, copies: Math.min(rows, cols) - K + 1, label: 'inactive' },
        ],
        'collapse: (K − 1)-fold σ = √(q t/λ), all others 0',
        '5.7',
      ),
      prediction('numericalRank', layer, [{ value: K - 1, copies: 1, label: 'collapse' }], 'rank K − 1', '5.7'),
    ]),
    ...weightLayers(config).map((layer) =>
      prediction(
        'layerHessian',
        layer,
        simplexLayerLevels(config, solution, layer),
        'collapse: τ[1 + δ(K−1)], τ[1 + δ(K−2)], τ with τ = λ_l t/K, δ = 1 − K q, data part',
        '5.7',
      ),
    ),
    ...(equal
      ? [prediction('fullHessian', null, simplexFullLevels(config, solution), `collapse: ${spectrum}`, 'D5', NOTE_02)]
      : []),
  ]
}

interface Rivals {
  readonly collapse: SimplexSolution | null
  readonly pair: Structure | null
  readonly polygon: Structure | null
}

/** Singular values of Z and ranks of every structure: a run ends at one of them. */
function outputPredictions(config: UfmConfig, { collapse, pair, polygon }: Rivals): Prediction[] {
  const { K } = config
  const root = Math.sqrt(config.n)
  const known = [
    ...(collapse ? [{ label: 'collapse', sigma: collapse.t * root, rank: K - 1 }] : []),
    ...(pair ? [{ label: 'pair', sigma: 2 * pair.scales[0]! * root, rank: pair.rank }] : []),
    ...(polygon ? [{ label: 'polygon', sigma: (polygon.scales[0]! * K * root) / 2, rank: polygon.rank }] : []),
  ]
  const values = known.map(({ label, sigma, rank }) => ({ value: sigma, copies: rank, label }))
  const ranks = known.map(({ label, rank }) => ({ value: rank, copies: 1, label }))
  if (known.length === 0) return []
  const formula = 'collapse: t √n, K − 1 times; pair: 2β √n, K/2 times; polygon: γ K √n/2, twice'
  return [
    prediction('outputSingularValues', null, values, formula, 'D2, D3', NOTE_02),
    prediction('outputRank', null, ranks, 'K − 1, K/2, 2', 'D2, D3', NOTE_02),
  ]
}

/** ReLU with cross-entropy: the least loss of the linear collapse bounds that of any ReLU collapse from below. */
function reluSimplexPredictions(config: UfmConfig): Prediction[] {
  const solution = simplexSolution(config)
  const levels = [
    ...(solution ? [{ value: solution.loss, copies: 1, label: 'linear collapse (lower bound of collapse)' }] : []),
    { value: Math.log(config.K), copies: 1, label: 'zero' },
  ]
  return [prediction('loss', null, levels, 'L_DNC of the linear model', 'D9', NOTE_02)]
}

/** ReLU with MSE: collapse has the loss of the linear optimum; the graph solution may lie below. Notes 01, 5.8; 02, D9. */
function reluPredictions(config: UfmConfig, solution: CollapsedSolution | null): Prediction[] {
  const { K, n, lamH: lambda } = config
  const L = depthOf(config)
  const r = graphVertices(K)
  const equal = factorDecays(config).every((decay) => decay === lambda)
  const graph = r !== null && L >= 3 && equal ? graphSolution({ r, L, n, lambda }).loss : null
  const levels = [
    ...(solution ? [{ value: solution.loss, copies: 1, label: 'collapse' }] : []),
    ...(graph === null ? [] : [{ value: graph, copies: 1, label: 'graph solution (upper bound)' }]),
    { value: 0.5, copies: 1, label: 'zero' },
  ]
  const formula = '½(1 − x)(1 + L x); graph: the same with C = n N_T² r^{L−3} c K in place of n K^{L+1}'
  return [prediction('loss', null, levels, formula, 'D9', graph === null ? NOTE_02 : GRAPHS)]
}

function collapsedPredictions(config: UfmConfig, solution: CollapsedSolution): Prediction[] {
  const collapsed: Level = {
    value: solution.loss,
    copies: 1,
    label: solution.isGlobal ? 'collapse' : 'collapse (metastable)',
  }
  const lossLevels = solution.isGlobal
    ? [collapsed]
    : [collapsed, { value: 0.5, copies: 1, label: 'zero (global minimum)' }]
  return [
    prediction('loss', null, lossLevels, 'L* = ½ (1 − x)(1 + L x), (1 − x)^{L+1} x^{L−1} = K^{L+1} n λ_H Π λ_l', '5.1'),
    ...collapsedSpectra(config, solution).map(ofCollapse),
  ]
}

function collapsedSpectra(config: UfmConfig, solution: CollapsedSolution): Prediction[] {
  const { K } = config
  return [
    ...factorShapes(config).flatMap(([rows, cols], layer) => [
      prediction(
        'singularValues',
        layer,
        [
          { value: solution.singularValues[layer]!, copies: K, label: 'active' },
          { value: 0, copies: Math.min(rows, cols) - K, label: 'inactive' },
        ],
        'K-fold σ = √(x (1 − x) / (K λ)), all others 0',
        '5.1',
      ),
      prediction('numericalRank', layer, [{ value: K, copies: 1, label: 'active' }], 'rank K', '5.1'),
    ]),
    ...weightLayers(config).flatMap((layer) => [
      prediction(
        'layerHessian',
        layer,
        layerHessianLevels(config, solution, layer, 'data'),
        'K² outliers ρ = λ_l x/(1 − x), data part',
        '5.2',
      ),
      ...classTermPredictions(config, solution, layer),
      prediction('eigenvectorTest', layer, [{ value: 1, copies: K ** 2, label: 'eigenvectors' }], 'f_cc′ = 1', '5.2'),
      prediction(
        'gradientCoefficients',
        layer,
        [
          { value: 1 / K, copies: K, label: 'same class' },
          { value: 0, copies: K * (K - 1), label: 'different classes' },
        ],
        'f̃_cc = 1/K, f̃_cc′ = 0',
        '5.5',
      ),
      prediction(
        'dataGradientInOutliers',
        layer,
        [{ value: 1, copies: 1, label: 'inside' }],
        '‖Uᵀg_data‖² = ‖g_data‖²',
        '5.5',
      ),
      prediction('totalGradientInOutliers', layer, [{ value: 0, copies: 1, label: 'orthogonal' }], 'Uᵀg = 0', '5.5'),
    ]),
    ...['weightsOutlier', 'layerOutlierSum'].map((quantity) =>
      prediction(
        quantity,
        null,
        gaussNewtonLevels(config, solution, 'weights')
          .slice(0, 1)
          .map(({ value }) => ({ value, copies: 1, label: 'sum over the layers' })),
        'Σ_l λ_l x/(1 − x)',
        '5.4',
      ),
    ),
    hessianPrediction('weightsHessian', config, solution, 'weights'),
    hessianPrediction('fullHessian', config, solution, 'all'),
  ]
}

/** Ranks K, K(K − 1) and 0, every non-zero eigenvalue ρ_l. Theory note 01, 5.3. */
function classTermPredictions(config: UfmConfig, solution: CollapsedSolution, layer: number): Prediction[] {
  const { K } = config
  const [rows, cols] = factorShapes(config)[layer]!
  const rho = layerHessianLevels(config, solution, layer, 'data')[0]!.value
  return Object.entries({ classHessian: K, crossHessian: K * (K - 1), withinHessian: 0 }).map(([quantity, copies]) =>
    prediction(
      quantity,
      layer,
      [
        { value: rho, copies, label: 'ρ' },
        { value: 0, copies: rows * cols - copies, label: 'zero' },
      ],
      'G_class: K times ρ_l; G_cross: K(K − 1) times ρ_l; G_within: 0',
      '5.3',
    ),
  )
}

function hessianPrediction(
  quantity: string,
  config: UfmConfig,
  solution: CollapsedSolution,
  scope: HessianScope,
): Prediction {
  const formula =
    'antisymmetric Λ/(1 − x), K(K−1)/2 times; symmetric: spectrum of 2 diag(λ_j) + (2x − 1)/(1 − x) ζζᵀ, K(K+1)/2 times'
  return prediction(quantity, null, fullHessianLevels(config, solution, scope), formula, '5.4')
}

function zeroPredictions(config: UfmConfig): Prediction[] {
  const zero = (copies: number): Level[] => [{ value: 0, copies, label: 'zero' }]
  const formula = 'c ≥ c_ex: only the zero solution exists'
  return [
    prediction('loss', null, [{ value: 0.5, copies: 1, label: 'zero' }], formula, '5.1'),
    ...factorShapes(config).map(([rows, cols], layer) =>
      prediction('singularValues', layer, zero(Math.min(rows, cols)), formula, '5.1'),
    ),
    ...weightLayers(config).map((layer) => {
      const [rows, cols] = factorShapes(config)[layer]!
      return prediction('layerHessian', layer, zero(rows * cols), formula, '5.1')
    }),
  ]
}

/** Runs that end at another structure have another spectrum: nothing of this is drawn over theirs. */
function ofCollapse(given: Prediction): Prediction {
  return { ...given, state: 'collapse' satisfies VerdictKind }
}

function weightLayers(config: UfmConfig): number[] {
  return Array.from({ length: depthOf(config) }, (_, i) => i + 1)
}

function prediction(
  quantity: string,
  layer: number | null,
  levels: readonly Level[],
  formula: string,
  section: string,
  note = NOTE,
): Prediction {
  return { quantity, layer, levels: present(levels), formula, source: `${note}, ${section}` }
}

import type { Prediction } from '#shared/records'
import { depthOf, factorShapes, type UfmConfig } from './config'
import { fullHessianLevels, layerHessianLevels, type HessianScope, type Level } from './spectra'
import { collapsedSolution, type CollapsedSolution } from './theory'

const NOTE = 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01'

/**
 * What theory says of a linear MSE run at the end of training: the collapsed solution where it exists, else zero.
 * Empty where no closed form applies: a width below K, or no weight decay.
 */
export function ufmPredictions(config: UfmConfig): Prediction[] {
  const { K, widths, lamH, lamW } = config
  if (widths.some((width) => width < K) || [lamH, ...lamW].some((lambda) => lambda === 0)) return []
  const solution = collapsedSolution(config)
  return solution ? collapsedPredictions(config, solution) : zeroPredictions(config)
}

function collapsedPredictions(config: UfmConfig, solution: CollapsedSolution): Prediction[] {
  const { K } = config
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
    hessianPrediction('weightsHessian', config, solution, 'weights'),
    hessianPrediction('fullHessian', config, solution, 'all'),
  ]
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

function weightLayers(config: UfmConfig): number[] {
  return Array.from({ length: depthOf(config) }, (_, i) => i + 1)
}

function prediction(
  quantity: string,
  layer: number | null,
  levels: readonly Level[],
  formula: string,
  section: string,
): Prediction {
  const present = levels.filter(({ copies }) => copies > 0)
  return { quantity, layer, levels: present, formula, source: `${NOTE}, ${section}` }
}

import { isDeepStrictEqual } from 'node:util'
import { parseParams } from '#shared/params'
import type { ClaimCheck } from '#shared/records'
import { subscript } from '#main/core/subscript'
import type { Evidence, RunClaim } from '#main/core/system'
import { configOf, ufmParams, type UfmParams } from '../params'
import { ufmPresets } from '../presets'
import { expandLevels, fullHessianLevels, layerHessianLevels } from '../spectra'
import { collapsedSolution, gradientCoefficients, type CollapsedSolution } from '../theory'
import { atLeast, atMost, largestDifference, onMeasured, within } from '../../claimChecks'

const SOURCE = 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, section 6'
/** The middle layer, on which the note states its claims; and the early step that it looks at. */
const [LAYER, EARLY, LATER] = [2, 300, 500]

type Check = (evidence: Evidence, params: UfmParams, solution: CollapsedSolution) => readonly ClaimCheck[]

/** A claim on the runs of one preset: its tolerances were observed there and are not promised elsewhere. */
function onPreset(
  preset: 'small' | 'paper',
  given: Pick<RunClaim<UfmParams>, 'id' | 'title' | 'seeds' | 'slow'>,
  check: Check,
): RunClaim<UfmParams> {
  const expected = parseParams(ufmParams, ufmPresets[preset].params)
  return {
    ...given,
    kind: 'run',
    id: `01.${given.id}`,
    source: `${SOURCE}, ${given.id}`,
    preset,
    applies: (params) => isDeepStrictEqual({ ...params }, expected),
    check(evidence, params) {
      const solution = collapsedSolution(configOf(params))
      return solution ? check(evidence, params, solution) : [atLeast('a collapsed solution exists', 0, 1)]
    },
  }
}

/** A claim on configuration S. */
function onSmall(id: string, title: string, check: Check): RunClaim<UfmParams> {
  return onPreset('small', { id, title, seeds: [0, 1, 2, 3, 4, 5, 6, 7] }, check)
}

const loss = onSmall(
  'C1',
  'Training reaches the collapsed loss, with rank K in every factor',
  (evidence, params, solution) => [
    ...onMeasured(evidence, { quantity: 'loss', layer: null, step: 'last' }, ([measured]) => [
      atLeast('L − L*', measured! - solution.loss, 0),
      atMost('L − L*', measured! - solution.loss, 4e-7),
    ]),
    ...Array.from({ length: params.depth + 1 }, (_, layer) =>
      onMeasured(evidence, { quantity: 'numericalRank', layer, step: 'last' }, ([rank]) => [
        within(`rank of ${layer === 0 ? 'H₁' : `W${subscript(layer)}`}`, rank!, params.K, 0),
      ]),
    ).flat(),
  ],
)

const layerSpectrum = onSmall('C2', 'The layer Hessian has K² equal outliers', (evidence, params, solution) =>
  onMeasured(evidence, { quantity: 'layerHessian', layer: LAYER, step: 'last' }, (eigenvalues) => {
    const outliers = params.K ** 2
    const [first, last, next] = [eigenvalues[0]!, eigenvalues[outliers - 1]!, eigenvalues[outliers]!]
    const [predicted] = layerHessianLevels(configOf(params), solution, LAYER, 'data')
    return [
      atMost('ρ₁/ρ_K² − 1', first / last - 1, 3e-5),
      within('ρ₁', first, predicted!.value, 2e-5 * predicted!.value),
      // The inverse of the note's ratio ρ_K²/ρ_{K²+1} > 10⁸: the next eigenvalue may be rounding noise of either sign.
      atMost('|ρ_{K²+1}|/ρ_K²', Math.abs(next) / last, 1e-8),
    ]
  }),
)

const eigenvectors = onSmall('C3', 'Products of class means become eigenvectors of the layer Hessian', (evidence) => [
  ...onMeasured(evidence, { quantity: 'eigenvectorTest', layer: LAYER, step: 'last' }, (f) => [
    atMost('1 − min f_cc′ at the end', 1 - Math.min(...f), 1e-9),
  ]),
  ...onMeasured(evidence, { quantity: 'eigenvectorTest', layer: LAYER, step: 0 }, (f) => [
    atMost('mean f_cc′ at step 0', mean(f), 0.45),
  ]),
  // The note saw this in 8 of 8 seeds of another generator; of 512 seeds in NumPy one in eight stays below.
  ...onMeasured(evidence, { quantity: 'eigenvectorTest', layer: LAYER, step: EARLY }, (f) => [
    atLeast(`mean f_cc′ at step ${EARLY}`, mean(f), 0.8),
  ]),
  // What holds instead: of the same 512 seeds all are above, the lowest at 0.834.
  ...onMeasured(evidence, { quantity: 'eigenvectorTest', layer: LAYER, step: LATER }, (f) => [
    atLeast(`mean f_cc′ at step ${LATER} (ours)`, mean(f), 0.8),
  ]),
])

const gradient = onSmall(
  'C4',
  'The data gradient lies in the outlier space, the total gradient leaves it',
  (evidence, { K }) => [
    ...onMeasured(evidence, { quantity: 'dataGradientInOutliers', layer: LAYER, step: 'last' }, ([fraction]) => [
      atMost('1 − fraction of the data gradient', 1 - fraction!, 1e-12),
    ]),
    ...onMeasured(evidence, { quantity: 'gradientCoefficients', layer: LAYER, step: 'last' }, (coefficients) => {
      const diagonal = (matrix: Float64Array) => matrix.filter((_, at) => at % (K + 1) === 0)
      const difference = largestDifference(diagonal(coefficients), diagonal(gradientCoefficients(K)))
      return [atMost('max |f̃_cc − 1/K|', difference, 2e-6)]
    }),
    ...onMeasured(evidence, { quantity: 'totalGradientInOutliers', layer: LAYER, step: 'last' }, ([fraction]) => [
      atMost('fraction of the total gradient at the end', fraction!, 1e-4),
    ]),
    ...onMeasured(evidence, { quantity: 'totalGradientInOutliers', layer: LAYER, step: EARLY }, ([fraction]) => [
      atMost(`fraction of the total gradient at step ${EARLY}`, fraction!, 0.1),
    ]),
  ],
)

const fullSpectrum = onSmall('C5', 'The full Hessian has the predicted eigenvalues', (evidence, params, solution) => {
  const config = configOf(params)
  const predicted = expandLevels(fullHessianLevels(config, solution, 'all'))
  const weights = expandLevels(fullHessianLevels(config, solution, 'weights'))
  const outliers = params.K ** 2
  return [
    ...onMeasured(evidence, { quantity: 'fullHessian', layer: null, step: 'last' }, (eigenvalues) => [
      atMost('largest difference, all parameters', largestDifference(eigenvalues, predicted), 2e-5),
    ]),
    ...onMeasured(evidence, { quantity: 'weightsHessian', layer: null, step: 'last' }, (eigenvalues) => [
      // The note gives these to four digits: half a unit of the last one.
      ...Array.from({ length: outliers }, (_, i) =>
        within(`weights only, eigenvalue ${i + 1}`, eigenvalues[i]!, weights[i]!, 5e-5),
      ),
      atMost('weights only, largest of the rest', eigenvalues[outliers]!, 0.0101),
    ]),
  ]
})

const paperConfiguration = onPreset(
  'paper',
  { id: 'C6', title: "The source's linear configuration collapses within 3000 steps", seeds: [0, 1, 2], slow: true },
  (evidence, { K }, solution) => {
    const layer = 3
    const outliers = K ** 2
    return [
      within('L*', solution.loss, 0.16483787272, 5e-12),
      ...onMeasured(evidence, { quantity: 'loss', layer: null, step: 'last' }, ([measured]) => [
        atMost('L − L*', measured! - solution.loss, 2e-5),
      ]),
      ...onMeasured(evidence, { quantity: 'layerHessian', layer, step: 'last' }, (eigenvalues) =>
        Array.from({ length: outliers }, (_, i) => within(`ρ_${i + 1}`, eigenvalues[i]!, 0.1632426, 1e-5 * 0.1632426)),
      ),
      // The note says "about": values of the first seeds, 1.012 to 1.024 and 0.07 to 0.15, differ by as much.
      ...onMeasured(evidence, { quantity: 'layerHessian', layer, step: 1000 }, (eigenvalues) => [
        within('ρ₁/ρ_K² at step 1000', eigenvalues[0]! / eigenvalues[outliers - 1]!, 1.02, 0.015),
      ]),
      ...onMeasured(evidence, { quantity: 'eigenvectorTest', layer, step: 10 }, (f) => [
        within('mean f_cc′ at step 10', mean(f), 0.2, 0.15),
      ]),
      ...onMeasured(evidence, { quantity: 'eigenvectorTest', layer, step: 'last' }, (f) => [
        atLeast('mean f_cc′ at the end', mean(f), 1 - 1e-9),
      ]),
    ]
  },
)

export const collapseClaims = [loss, layerSpectrum, eigenvectors, gradient, fullSpectrum, paperConfiguration]

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

import type { ClaimCheck } from '#shared/records'
import { LabError } from '#shared/errors'
import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'
import type { Snapshot } from '#main/core/snapshot'
import type { ExactClaim } from '#main/core/system'
import { layerDecomposition } from '#main/probes/classDecomposition'
import { classMeans } from '#main/probes/classMeans'
import { gradientCoefficients as measuredCoefficients } from '#main/probes/gradientCoefficients'
import { totalGradient } from '#main/probes/totalGradient'
import { denseSpectrum, gramSpectrum } from '#main/spectra/index'
import { factorDecays, type UfmConfig } from '../config'
import { dncParameters } from '../dncParameters'
import {
  expandLevels,
  featureHessianLevels,
  fullHessianLevels,
  gaussNewtonLevels,
  layerHessianLevels,
  outlierFactor,
  type Level,
} from '../spectra'
import { collapsedSolution, gradientCoefficients, layerMoments, type CollapsedSolution } from '../theory'
import { atMost, largestDifference, largestMagnitude, within } from '../../claimChecks'
import { LINEAR_MSE, withSnapshot } from './withTraining'

/** Theory note 01, section 6, C7. */
const TOLERANCE = 1e-10

/** The note's three configurations, then deeper, metastable, one-sample and K = 4 ones. */
const configs: readonly UfmConfig[] = [
  { K: 3, n: 2, widths: [7, 8], lamH: 0.02, lamW: [0.01, 0.015] },
  { K: 2, n: 3, widths: [6, 6, 6], lamH: 0.01, lamW: [0.01, 0.01, 0.01] },
  { K: 3, n: 2, widths: [5], lamH: 0.01, lamW: [0.02] },
  { K: 2, n: 2, widths: [5, 7, 6, 8], lamH: 0.01, lamW: [0.02, 0.005, 0.01, 0.015] },
  { K: 3, n: 5, widths: [8, 7, 9], lamH: 0.07, lamW: [0.07, 0.07, 0.07] },
  { K: 4, n: 1, widths: [6, 7], lamH: 1e-4, lamW: [2e-4, 1e-3] },
]

/** Closed forms of section 5 against gradient, Hessian and decompositions computed at the collapsed parameters. */
export const exactSolutionClaim: ExactClaim = {
  kind: 'exact',
  demo: true,
  id: '01.C7',
  title: 'At the collapsed solution every spectrum has its closed form',
  source: 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, section 6, C7',
  async check() {
    const checks: ClaimCheck[] = []
    for (const config of configs) {
      const name = `K = ${config.K}, n = ${config.n}, widths ${config.widths.join(', ')}`
      const ofConfig = await checkCollapsedPoint(config)
      checks.push(...ofConfig.map((check) => ({ ...check, label: `${name}: ${check.label}` })))
    }
    return checks
  },
}

/** @throws LabError 'bad-input' where the configuration has no collapsed solution */
export async function checkCollapsedPoint(config: UfmConfig): Promise<ClaimCheck[]> {
  const solution = collapsedSolution(config)
  if (!solution) {
    const decays = factorDecays(config).join(', ')
    throw new LabError(
      'bad-input',
      `UFM: no collapsed solution exists for the weight decays ${decays}; give lower ones.`,
    )
  }
  const parameters = dncParameters(config, solution.singularValues)
  return withSnapshot({ config, variant: LINEAR_MSE, parameters }, async (snapshot) => [
    ...(await criticalPointChecks(snapshot, solution)),
    ...(await spectrumChecks(snapshot, config, solution)),
    ...(await layerChecks(snapshot, config, solution)),
  ])
}

async function criticalPointChecks(snapshot: Snapshot, { loss }: CollapsedSolution): Promise<ClaimCheck[]> {
  const { data, regularisation } = await snapshot.loss()
  const largest = Object.values(await totalGradient(snapshot)).map(largestMagnitude)
  return [atMost('max |∇L|', Math.max(...largest), TOLERANCE), within('loss', data + regularisation, loss, TOLERANCE)]
}

async function spectrumChecks(
  snapshot: Snapshot,
  config: UfmConfig,
  solution: CollapsedSolution,
): Promise<ClaimCheck[]> {
  const weights = snapshot.model.parameters.filter(({ kind }) => kind === 'weight').map(({ name }) => name)
  const compare = async (label: string, operator: LinearOperator, levels: readonly Level[]) => {
    const { values } = await denseSpectrum(operator)
    return atMost(`${label}: largest eigenvalue difference`, largestDifference(values, expandLevels(levels)), TOLERANCE)
  }
  return [
    await compare('full Hessian', snapshot.hessian('total'), fullHessianLevels(config, solution, 'all')),
    await compare('weights only', snapshot.hessian('total', weights), fullHessianLevels(config, solution, 'weights')),
    await compare('G', snapshot.hessian('gaussNewton'), gaussNewtonLevels(config, solution, 'all')),
    await compare(
      'G, weights only',
      snapshot.hessian('gaussNewton', weights),
      gaussNewtonLevels(config, solution, 'weights'),
    ),
    await compare('block of H₁', snapshot.hessian('total', ['H1']), featureHessianLevels(config, solution)),
    ...(await Promise.all(
      weights.flatMap((name, i) =>
        (['data', 'total'] as const).map((part) =>
          compare(
            `block of ${name}, ${part}`,
            snapshot.hessian(part, [name]),
            layerHessianLevels(config, solution, i + 1, part),
          ),
        ),
      ),
    )),
  ]
}

async function layerChecks(snapshot: Snapshot, config: UfmConfig, solution: CollapsedSolution): Promise<ClaimCheck[]> {
  const { K } = config
  const N = snapshot.split.targets.cols
  const moments = layerMoments(config, solution)
  const gradient = await snapshot.dataGradient()
  const checks: ClaimCheck[] = []
  for (const { layer, input, output, error, weight } of await snapshot.layers()) {
    const moment = moments[layer - 1]!
    const rho = config.lamW[layer - 1]! * outlierFactor(solution.gain)
    const terms = await layerDecomposition(snapshot, layer)
    const sizes = snapshot.split.classSizes
    const [above, below] = [classMeans(output, sizes), classMeans(input, sizes)]
    const dataGradient = matrix(weight.rows, weight.cols, gradient[`W${layer}`]!)
    const decayed = weight.data.map((w) => -config.lamW[layer - 1]! * w)
    const gram = matmul(below, below, { transposeA: true })
    const orthogonal = gram.data.map((_, at) => (at % (K + 1) === 0 ? moment.classMeanNormSquared : 0))
    const coefficients = measuredCoefficients(dataGradient, above, below)
    const differences: [string, number][] = [
      ['G_class', equalLevelDifference(terms.class, 1, rho, K)],
      ['G_cross', equalLevelDifference(terms.cross, 1, rho, K * (K - 1))],
      ['G_within', equalLevelDifference(terms.within, 1, rho, 0)],
      ['feature second moment', equalLevelDifference(input, 1 / N, moment.featureSecondMoment, K)],
      ['error second moment', equalLevelDifference(error, N, moment.errorSecondMoment, K)],
      ['WᵀW', equalLevelDifference(weight, 1, moment.weightGram, K)],
      ['∇W data + λW', largestDifference(dataGradient.data, decayed)],
      ['MᵀM', largestDifference(gram.data, orthogonal)],
      ['f̃', largestDifference(coefficients.data, gradientCoefficients(K))],
    ]
    checks.push(
      ...differences.map(([label, value]) => atMost(`layer ${layer}, ${label}: largest difference`, value, TOLERANCE)),
    )
  }
  return checks
}

/** How far the spectrum of scale X Xᵀ is from one level with `copies` copies and zeros. */
function equalLevelDifference(X: Matrix, scale: number, level: number, copies: number): number {
  const values = gramSpectrum(X, scale)
  return largestDifference(values, values.map((_, i) => (i < copies ? level : 0))) // prettier-ignore
}

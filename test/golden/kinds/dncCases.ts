import { z } from 'zod'
import type { Snapshot } from '#main/core/snapshot'
import { totalGradient } from '#main/probes/totalGradient'
import type { UfmConfig } from '#main/systems/deep-ufm/config'
import { checkCollapsedPoint } from '#main/systems/deep-ufm/claims/exactSolution'
import { LINEAR_MSE, withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { dncParameters } from '#main/systems/deep-ufm/dncParameters'
import {
  antisymmetricOutlier,
  expandLevels,
  fullHessianLevels,
  layerHessianLevels,
  outlierFactor,
  symmetricBlock,
  type HessianScope,
} from '#main/systems/deep-ufm/spectra'
import {
  collapsedSolution,
  couplingRegime,
  gradientCoefficients,
  layerMoments,
  type CollapsedSolution,
} from '#main/systems/deep-ufm/theory'
import { expectClose } from '../../helpers/expectClose'
import { configFields, configOf, expandPairs, expectSpectrum, numbers } from '../ufmCase'

export const topic = '01'

/** Claim C7 of theory note 01. */
const TOLERANCE = { atol: 1e-10 }

const pairs = z.array(z.tuple([z.number(), z.int()]))
const layerSchema = z.object({
  layer: z.int(),
  outlier_data: z.number(),
  outlier_incl_reg: z.number(),
  multiplicity: z.int(),
  bulk: z.number(),
  bulk_multiplicity: z.int(),
  gradient_coefficients: z.array(numbers),
  G_class_eigs: numbers,
  G_cross_eigs: numbers,
  G_within_top: numbers,
  gram_WtW_eig: z.number(),
  feature_second_moment_top: numbers,
  error_second_moment_top: numbers,
  class_mean_norm_sq: z.number(),
})
const schema = z.object({
  ...configFields,
  theory: z.object({
    c: z.number(),
    c_exist: z.number(),
    c_crit: z.number(),
    x: z.number(),
    s2: z.number(),
    sv: numbers,
    loss: z.number(),
    global: z.boolean(),
  }),
  x_lower: z.number().nullable(),
  grad_max_abs: z.number(),
  loss: z.number(),
  full_hessian_distinct: pairs,
  weights_only_hessian_distinct: pairs,
  sym_block_eigs: numbers,
  antisym_outlier: z.number(),
  layers: z.array(layerSchema),
})
type DncCase = z.infer<typeof schema>

/**
 * Golden kind `dnc_cases`: the collapsed solution of the linear MSE model. The closed forms are compared with the file,
 * and with what the lab computes at the DCT parameters.
 */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const config = configOf(golden)
  const solution = collapsedSolution(config)
  if (!solution) throw new Error('No collapsed solution was found, but the file has one.')
  checkTheory(golden, config, solution)
  for (const layer of golden.layers) checkLayer(layer, config, solution)
  await withSnapshot(
    { config, variant: LINEAR_MSE, parameters: dncParameters(config, solution.singularValues) },
    (snapshot) => checkComputed(golden, snapshot),
  )
  const broken = (await checkCollapsedPoint(config)).filter(({ holds }) => !holds)
  if (broken.length > 0) throw new Error(broken.map((c) => `${c.label}: ${c.measured}`).join('\n'))
}

function checkTheory(golden: DncCase, config: UfmConfig, solution: CollapsedSolution): void {
  const { theory } = golden
  const regime = couplingRegime(config)
  expectClose(regime.c, theory.c, { rtol: 1e-10 }, 'c')
  expectClose(regime.cExist, theory.c_exist, TOLERANCE, 'c_exist')
  expectClose(regime.cCrit, theory.c_crit, TOLERANCE, 'c_crit')
  expectClose(regime.xLower ?? NaN, golden.x_lower ?? NaN, TOLERANCE, 'x_lower')
  expectClose(solution.gain.x, theory.x, TOLERANCE, 'x')
  expectClose(solution.s2, theory.s2, TOLERANCE, 's2')
  expectClose(solution.singularValues, theory.sv, TOLERANCE, 'sv')
  expectClose(solution.loss, theory.loss, TOLERANCE, 'loss')
  if (solution.isGlobal !== theory.global) throw new Error(`global is ${solution.isGlobal}, expected ${theory.global}`)
  expectClose(symmetricBlock(config, solution, 'all'), golden.sym_block_eigs, TOLERANCE, 'sym_block_eigs')
  expectClose(antisymmetricOutlier(config, solution, 'all'), golden.antisym_outlier, TOLERANCE, 'antisym_outlier')
  const levels = (scope: HessianScope) => expandLevels(fullHessianLevels(config, solution, scope))
  expectClose(levels('all'), expandPairs(golden.full_hessian_distinct), TOLERANCE, 'full Hessian')
  expectClose(levels('weights'), expandPairs(golden.weights_only_hessian_distinct), TOLERANCE, 'weights-only Hessian')
}

function checkLayer(golden: DncCase['layers'][number], config: UfmConfig, solution: CollapsedSolution): void {
  const { K } = config
  const at = (label: string) => `layer ${golden.layer}, ${label}`
  const data = layerHessianLevels(config, solution, golden.layer, 'data')
  const total = layerHessianLevels(config, solution, golden.layer, 'total')
  expectClose(data[0]!.value, golden.outlier_data, TOLERANCE, at('outlier_data'))
  expectClose(total[0]!.value, golden.outlier_incl_reg, TOLERANCE, at('outlier_incl_reg'))
  expectClose(total[0]!.copies, golden.multiplicity, {}, at('multiplicity'))
  expectClose(total[1]?.value ?? golden.bulk, golden.bulk, TOLERANCE, at('bulk'))
  expectClose(total[1]?.copies ?? 0, golden.bulk_multiplicity, {}, at('bulk_multiplicity'))
  const rho = config.lamW[golden.layer - 1]! * outlierFactor(solution.gain)
  const first = (length: number, copies: number, value: number) =>
    Float64Array.from({ length }, (_, i) => (i < copies ? value : 0))
  const { G_class_eigs, G_cross_eigs, G_within_top } = golden
  expectClose(first(G_class_eigs.length, K, rho), G_class_eigs, TOLERANCE, at('G_class'))
  expectClose(first(G_cross_eigs.length, K * (K - 1), rho), G_cross_eigs, TOLERANCE, at('G_cross'))
  expectClose(first(G_within_top.length, 0, rho), G_within_top, TOLERANCE, at('G_within'))
  expectClose(gradientCoefficients(K), golden.gradient_coefficients.flat(), TOLERANCE, at('gradient_coefficients'))
  const moments = layerMoments(config, solution)[golden.layer - 1]!
  const { feature_second_moment_top: features, error_second_moment_top: errors } = golden
  expectClose(moments.weightGram, golden.gram_WtW_eig, TOLERANCE, at('gram_WtW_eig'))
  expectClose(moments.classMeanNormSquared, golden.class_mean_norm_sq, TOLERANCE, at('class_mean_norm_sq'))
  expectClose(first(features.length, K, moments.featureSecondMoment), features, TOLERANCE, at('features'))
  expectClose(first(errors.length, K, moments.errorSecondMoment), errors, TOLERANCE, at('errors'))
}

async function checkComputed(golden: DncCase, snapshot: Snapshot): Promise<void> {
  const { data, regularisation } = await snapshot.loss()
  expectClose(data + regularisation, golden.loss, TOLERANCE, 'computed loss')
  for (const [name, block] of Object.entries(await totalGradient(snapshot))) {
    expectClose(block, new Float64Array(block.length), TOLERANCE, `gradient of ${name}`)
  }
  const weights = snapshot.model.parameters.filter(({ kind }) => kind === 'weight').map(({ name }) => name)
  const full = expandPairs(golden.full_hessian_distinct)
  const ofWeights = expandPairs(golden.weights_only_hessian_distinct)
  await expectSpectrum(snapshot.hessian('total'), full, TOLERANCE.atol, 'computed full Hessian')
  await expectSpectrum(snapshot.hessian('total', weights), ofWeights, TOLERANCE.atol, 'computed weights-only Hessian')
}

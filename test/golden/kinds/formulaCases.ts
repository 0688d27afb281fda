import { z } from 'zod'
import { matmul, norm, singularValues } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import type { HessianPart, Snapshot } from '#main/core/snapshot'
import { balancedness } from '#main/probes/balancedness'
import { centredMeans, classMeans } from '#main/probes/classMeans'
import { directionDistance } from '#main/probes/directionDistance'
import { effectiveRank, participationRatio, stableRank } from '#main/probes/effectiveRanks'
import { nc1, nc1Ratio } from '#main/probes/nc1'
import { nc2SimplexEtf } from '#main/probes/nc2'
import { numericalRank } from '#main/probes/numericalRank'
import { outputCollapseDistance } from '#main/probes/outputCollapse'
import { schattenGap } from '#main/probes/schattenGap'
import { totalGradient } from '#main/probes/totalGradient'
import { unusedWeight } from '#main/probes/unusedWeight'
import { denseSpectrum } from '#main/spectra/index'
import { withSnapshot, withTraining, type UfmState } from '#main/systems/deep-ufm/claims/withTraining'
import { factorShapes, type UfmConfig } from '#main/systems/deep-ufm/config'
import { chirpParameters } from '#main/systems/deep-ufm/formulaParameters'
import { simplexShape } from '#main/systems/deep-ufm/logitShapes'
import { expectClose } from '../../helpers/expectClose'
import { concatenated, configFields, configOf, parameterOrder } from '../structureCase'
import { numbers } from '../ufmCase'

export const topic = '02'

/** `conventions`: relative 1e-9, eigenvalues absolute 1e-10, zeros up to 1e-13. */
const VALUES = { rtol: 1e-9, atol: 1e-13 }
const EIGENVALUES = { atol: 1e-10 }
/** The file rounds class-mean logits and effective ranks of sums of logarithms to 12 digits. */
const ROUNDED = { rtol: 1e-9, atol: 1e-11 }

const rankSchema = z.object({
  singular_values: numbers,
  rank_rel1e3: z.int(),
  rank_abs1e6: z.int(),
  stable_rank: z.number(),
  effective_rank: z.number(),
  participation_ratio: z.number(),
})
const schema = z.object({
  config: z.object({
    ...configFields,
    activation: z.enum(['linear', 'relu']),
    loss: z.enum(['mse', 'ce']),
    a: z.number(),
    phase: z.number(),
    a_v: z.number(),
    phase_v: z.number(),
    lr: z.number(),
  }),
  loss: z.number(),
  fit: z.number(),
  reg: z.number(),
  logits: z.array(numbers),
  grad_norms: z.record(z.string(), z.number()),
  grad_first5: z.record(z.string(), numbers),
  hvp_norm: z.number(),
  hvp_vHv: z.number(),
  hvp_first8: numbers,
  hvp_last8: numbers,
  gn_hvp_norm: z.number(),
  gn_vGv: z.number(),
  hessian_eigenvalues: numbers,
  hessian_trace: z.number(),
  gauss_newton_eigenvalues: numbers,
  layer_hessian_eigenvalues: z.record(z.string(), numbers),
  layer_gauss_newton_eigenvalues: z.record(z.string(), numbers),
  metrics: z.object({
    per_layer: z.array(
      z.object({
        layer: z.int(),
        nc1_trace: z.number(),
        nc1_trace_over_K: z.number(),
        nc1_ratio: z.number(),
        nc2: z.number(),
        dnc3_residual: z.number(),
        global_mean_norm: z.number(),
      }),
    ),
    nc3_last: z.number(),
    dnc_distance: z.number(),
    balancedness: numbers,
    class_mean_logits: z.array(numbers),
    rank_Z: rankSchema,
    rank_W: z.array(rankSchema),
    rank_H1: rankSchema,
    schatten_gap: z.number(),
  }),
  gd_steps: z.record(z.string(), z.object({ loss: z.number(), param_norm: z.number(), Z_singular_values: numbers })),
})
type FormulaCase = z.infer<typeof schema>

/** Golden kind `formula_cases`: everything the lab computes at a generic point, and a few steps from there. */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const { activation, loss, a, phase, lr } = golden.config
  const config = configOf(golden.config)
  const state: UfmState = { config, variant: { loss, activation }, parameters: chirpParameters(config, a, phase) }
  await withSnapshot(state, async (snapshot) => {
    await checkLossAndGradient(golden, config, snapshot)
    await checkProducts(golden, config, snapshot)
    await checkSpectra(golden, snapshot)
    await checkMetrics(golden, config, snapshot)
  })
  await withTraining(state, { learningRate: () => lr, optimiser: GRADIENT_DESCENT }, async (training) => {
    for (const [step, expected] of Object.entries(golden.gd_steps)) {
      while (training.step < Number(step)) training.advance()
      const snapshot = training.snapshot()
      const { data, regularisation } = await snapshot.loss()
      const values = concatenated(parameterOrder(config), await snapshot.parameters())
      expectClose(data + regularisation, expected.loss, VALUES, `loss at step ${step}`)
      expectClose(norm(values), expected.param_norm, VALUES, `param_norm at step ${step}`)
      const sigma = singularValues(await snapshot.logits())
      expectClose(sigma, expected.Z_singular_values, VALUES, `singular values of Z at step ${step}`)
    }
  })
}

async function checkLossAndGradient(golden: FormulaCase, config: UfmConfig, snapshot: Snapshot): Promise<void> {
  const { data, regularisation } = await snapshot.loss()
  expectClose(data, golden.fit, VALUES, 'fit')
  expectClose(regularisation, golden.reg, VALUES, 'reg')
  expectClose(data + regularisation, golden.loss, VALUES, 'loss')
  expectClose((await snapshot.logits()).data, golden.logits.flat(), ROUNDED, 'logits')
  const gradient = await totalGradient(snapshot)
  for (const name of parameterOrder(config)) {
    expectClose(norm(gradient[name]!), golden.grad_norms[name]!, VALUES, `grad_norm of ${name}`)
    const first = golden.grad_first5[name]!
    expectClose(gradient[name]!.subarray(0, first.length), first, VALUES, `grad_first5 of ${name}`)
  }
  const all = concatenated(parameterOrder(config), gradient)
  expectClose(norm(all), golden.grad_norms['total']!, VALUES, 'total gradient norm')
}

async function checkProducts(golden: FormulaCase, config: UfmConfig, snapshot: Snapshot): Promise<void> {
  const { a_v, phase_v } = golden.config
  // a_v cos(x) = a_v sin(x + π/2).
  const direction = chirpParameters(config, a_v, phase_v + Math.PI / 2)
  const order = parameterOrder(config)
  const product = async (part: HessianPart) => {
    const names = snapshot.model.parameters.map(({ name }) => name)
    const operator = snapshot.hessian(part)
    const image = new Float64Array(operator.n)
    await operator.apply(concatenated(names, direction), image)
    let start = 0
    const blocks = names.map((name) => [name, image.slice(start, (start += direction[name]!.length))] as const)
    return concatenated(order, Object.fromEntries(blocks))
  }
  const v = concatenated(order, direction)
  const along = (image: Float64Array) => image.reduce((sum, x, i) => sum + x * v[i]!, 0)
  const [Hv, Gv] = [await product('total'), await product('gaussNewton')]
  expectClose(norm(Hv), golden.hvp_norm, VALUES, 'hvp_norm')
  expectClose(along(Hv), golden.hvp_vHv, VALUES, 'hvp_vHv')
  expectClose(Hv.subarray(0, 8), golden.hvp_first8, VALUES, 'hvp_first8')
  expectClose(Hv.slice(-8), golden.hvp_last8, VALUES, 'hvp_last8')
  expectClose(norm(Gv), golden.gn_hvp_norm, VALUES, 'gn_hvp_norm')
  expectClose(along(Gv), golden.gn_vGv, VALUES, 'gn_vGv')
}

async function checkSpectra(golden: FormulaCase, snapshot: Snapshot): Promise<void> {
  const spectrum = async (
    part: HessianPart,
    names: readonly string[] | undefined,
    expected: number[],
    label: string,
  ) => {
    const { values } = await denseSpectrum(snapshot.hessian(part, names))
    expectClose(values.toReversed(), expected, EIGENVALUES, label)
    return values
  }
  const values = await spectrum('total', undefined, golden.hessian_eigenvalues, 'full Hessian')
  expectClose(values.reduce((sum, x) => sum + x, 0), golden.hessian_trace, VALUES, 'hessian_trace') // prettier-ignore
  await spectrum('gaussNewton', undefined, golden.gauss_newton_eigenvalues, 'Gauss-Newton')
  for (const [name, expected] of Object.entries(golden.layer_hessian_eigenvalues)) {
    await spectrum('total', [name], expected, `Hessian of ${name}`)
  }
  for (const [name, expected] of Object.entries(golden.layer_gauss_newton_eigenvalues)) {
    await spectrum('gaussNewton', [name], expected, `Gauss-Newton of ${name}`)
  }
}

async function checkMetrics({ metrics }: FormulaCase, config: UfmConfig, snapshot: Snapshot): Promise<void> {
  const sizes = snapshot.split.classSizes
  const layers = await snapshot.layers()
  for (const expected of metrics.per_layer) {
    const { input, weight } = layers.find(({ layer }) => layer === expected.layer)!
    const means = classMeans(input, sizes)
    const at = (label: string) => `layer ${expected.layer}, ${label}`
    expectClose(nc1(input, sizes) * config.K, expected.nc1_trace, VALUES, at('nc1_trace'))
    expectClose(nc1(input, sizes), expected.nc1_trace_over_K, VALUES, at('nc1_trace_over_K'))
    expectClose(nc1Ratio(input, sizes), expected.nc1_ratio, VALUES, at('nc1_ratio'))
    expectClose(nc2SimplexEtf(means), expected.nc2, VALUES, at('nc2'))
    expectClose(unusedWeight(weight, means), expected.dnc3_residual, VALUES, at('dnc3_residual'))
    expectClose(norm(rowMeans(means)), expected.global_mean_norm, VALUES, at('global_mean_norm'))
  }
  const last = layers.at(-1)!
  const read = matmul(last.weight, centredMeans(classMeans(last.input, sizes)))
  expectClose(directionDistance(read, simplexShape(config.K)), metrics.nc3_last, VALUES, 'nc3_last')
  const logits = await snapshot.logits()
  expectClose(outputCollapseDistance(logits, sizes, 'simplexEtf'), metrics.dnc_distance, VALUES, 'dnc_distance')
  expectClose(classMeans(logits, sizes).data, metrics.class_mean_logits.flat(), ROUNDED, 'class_mean_logits')
  const values = await snapshot.parameters()
  const factors = factorShapes(config).map(([rows, cols], j) => ({
    factor: matrix(rows, cols, values[j === 0 ? 'H1' : `W${j}`]!),
    weightDecay: 1,
  }))
  const imbalances = factors.slice(1).map((above, j) => {
    return balancedness(above.factor, factors[j]!.factor, { above: 1, below: 1 })
  })
  expectClose(imbalances, metrics.balancedness, VALUES, 'balancedness')
  expectClose(schattenGap(factors, logits), metrics.schatten_gap, VALUES, 'schatten_gap')
  checkRanks(logits, metrics.rank_Z, 'Z')
  checkRanks(factors[0]!.factor, metrics.rank_H1, 'H1')
  metrics.rank_W.forEach((expected, i) => checkRanks(factors[i + 1]!.factor, expected, `W${i + 1}`))
}

function checkRanks(A: Matrix, expected: z.infer<typeof rankSchema>, name: string): void {
  const sigma = singularValues(A)
  expectClose(sigma, expected.singular_values, VALUES, `singular values of ${name}`)
  expectClose(numericalRank(sigma, 1e-3), expected.rank_rel1e3, {}, `rank_rel1e3 of ${name}`)
  expectClose(sigma.filter((s) => s > 1e-6).length, expected.rank_abs1e6, {}, `rank_abs1e6 of ${name}`)
  expectClose(stableRank(sigma), expected.stable_rank, VALUES, `stable_rank of ${name}`)
  expectClose(effectiveRank(sigma), expected.effective_rank, ROUNDED, `effective_rank of ${name}`)
  expectClose(participationRatio(sigma), expected.participation_ratio, VALUES, `participation_ratio of ${name}`)
}

function rowMeans({ rows, cols, data }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    return data.subarray(i * cols, (i + 1) * cols).reduce((sum, x) => sum + x / cols, 0)
  })
}

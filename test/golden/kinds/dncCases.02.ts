import { z } from 'zod'
import { singularValues } from '#main/compute/linalg/index'
import { numericalRank } from '#main/probes/numericalRank'
import { outputCollapseDistance } from '#main/probes/outputCollapse'
import { totalGradient } from '#main/probes/totalGradient'
import { denseSpectrum } from '#main/spectra/index'
import { balancedParameters } from '#main/systems/deep-ufm/balancedParameters'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { simplexFeatureLevels, simplexLayerLevels, simplexSolution } from '#main/systems/deep-ufm/crossEntropy'
import { simplexShape } from '#main/systems/deep-ufm/logitShapes'
import { repeatColumns } from '#main/systems/deep-ufm/repeatColumns'
import { inertiaOf, simplexFullLevels } from '#main/systems/deep-ufm/simplexSpectra'
import { orbitDimension } from '#main/systems/deep-ufm/solutionSpace'
import { expandLevels } from '#main/systems/deep-ufm/spectra'
import { expectClose } from '../../helpers/expectClose'
import { scaled } from '#main/probes/scaled'
import { configFields, configOf, expandMultiplicities } from '../structureCase'
import { numbers } from '../ufmCase'

export const topic = '02'

/** `conventions`: relative 1e-9, eigenvalues absolute 1e-10. */
const VALUES = { rtol: 1e-9 }
const EIGENVALUES = { atol: 1e-10 }

const levels = z.array(z.object({ value: z.number(), multiplicity: z.int() }))
const schema = z.object({
  config: z.object(configFields),
  alpha: z.number(),
  p: z.number(),
  q: z.number(),
  weight_singular_value: z.number(),
  loss: z.number(),
  fit: z.number(),
  hessian_spectrum_closed_form: levels,
  n_params: z.int(),
  nullity: z.int(),
  hessian_eigenvalues: numbers,
  gauss_newton_eigenvalues: numbers,
  layer_hessian_closed_form: z.record(z.string(), levels),
  metrics_Z: z.object({ dnc_distance: z.number(), rank: z.int() }),
})

/** Golden kind `dnc_cases` of topic 02: the simplex solution with cross-entropy, in closed form and computed there. */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const config = configOf(golden.config)
  const { K, n, L, d, lambda_: lambda } = golden.config
  const solution = simplexSolution(config)
  if (!solution) throw new Error('No simplex solution was found, but the file has one.')
  expectClose(solution.t, golden.alpha, VALUES, 'alpha')
  expectClose(solution.p, golden.p, VALUES, 'p')
  expectClose(solution.q, golden.q, VALUES, 'q')
  expectClose(solution.singularValues, Array(L + 1).fill(golden.weight_singular_value), VALUES, 'singular values')
  expectClose(solution.loss, golden.loss, VALUES, 'loss')
  expectClose(-Math.log(solution.p), golden.fit, VALUES, 'fit')
  const closed = expandLevels(simplexFullLevels(config, solution)).toReversed()
  expectClose(closed, expandMultiplicities(golden.hessian_spectrum_closed_form), EIGENVALUES, 'closed full Hessian')
  expectClose(closed.length, golden.n_params, {}, 'n_params')
  expectClose(inertiaOf(closed, lambda).zero, golden.nullity, {}, 'nullity')
  expectClose(orbitDimension({ L, d, r: K - 1 }), golden.nullity, {}, 'orbit dimension')
  for (const [name, expected] of Object.entries(golden.layer_hessian_closed_form)) {
    const values =
      name === 'H1'
        ? expandLevels(simplexFeatureLevels(config, solution))
        : expandLevels(simplexLayerLevels(config, solution, Number(name.slice(1)))).map((value) => value + lambda)
    expectClose(values.toReversed(), expandMultiplicities(expected), EIGENVALUES, `closed block of ${name}`)
  }
  const Z = scaled(repeatColumns(simplexShape(K), n), solution.t)
  const state = {
    config,
    variant: { loss: 'ce', activation: 'linear' },
    parameters: balancedParameters(config, Z),
  } as const
  await withSnapshot(state, async (snapshot) => {
    const { data, regularisation } = await snapshot.loss()
    expectClose(data + regularisation, golden.loss, VALUES, 'computed loss')
    for (const block of Object.values(await totalGradient(snapshot))) {
      expectClose(block, new Float64Array(block.length), { atol: 1e-12 }, 'gradient')
    }
    const full = (await denseSpectrum(snapshot.hessian('total'))).values.toReversed()
    expectClose(full, golden.hessian_eigenvalues, EIGENVALUES, 'full Hessian')
    const gaussNewton = (await denseSpectrum(snapshot.hessian('gaussNewton'))).values.toReversed()
    expectClose(gaussNewton, golden.gauss_newton_eigenvalues, EIGENVALUES, 'Gauss-Newton')
    for (const [name, expected] of Object.entries(golden.layer_hessian_closed_form)) {
      const { values } = await denseSpectrum(snapshot.hessian('total', [name]))
      expectClose(values.toReversed(), expandMultiplicities(expected), EIGENVALUES, `block of ${name}`)
    }
    const logits = await snapshot.logits()
    const distance = outputCollapseDistance(logits, snapshot.split.classSizes, 'simplexEtf')
    expectClose(distance, golden.metrics_Z.dnc_distance, { atol: 1e-12 }, 'dnc_distance')
    expectClose(numericalRank(singularValues(logits), 1e-3), golden.metrics_Z.rank, {}, 'rank')
  })
}

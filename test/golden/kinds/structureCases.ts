import { z } from 'zod'
import { norm } from '#main/compute/linalg/index'
import { totalGradient } from '#main/probes/totalGradient'
import { denseSpectrum } from '#main/spectra/index'
import { balancedParameters } from '#main/systems/deep-ufm/balancedParameters'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { repeatColumns } from '#main/systems/deep-ufm/repeatColumns'
import { hessianNorms, inertiaOf } from '#main/systems/deep-ufm/simplexSpectra'
import { orbitDimension } from '#main/systems/deep-ufm/solutionSpace'
import { collapseStructure, pairStructure, polygonStructure } from '#main/systems/deep-ufm/structures'
import { expectClose } from '../../helpers/expectClose'
import { configFields, configOf } from '../structureCase'
import { numbers } from '../ufmCase'

export const topic = '02'

/** The file's scale is accurate to about 1e-9 (`how`); its eigenvalues move with it, by a factor of order 1. */
const SCALE = { rtol: 1e-8 }
const EIGENVALUES = { atol: 1e-8 }

const schema = z.object({
  config: z.object(configFields),
  structure: z.enum(['dnc', 'pair', 'polygon']),
  scale: z.number(),
  loss: z.number(),
  rank: z.int(),
  gradient_norm_below: z.number(),
  inertia: z.object({ negative: z.int(), zero: z.int(), positive: z.int() }),
  nullity_formula: z.int(),
  nonzero_hessian_eigenvalues: numbers,
  spectral_norm: z.number(),
  trace: z.number(),
  frobenius: z.number(),
})
const structures = { dnc: collapseStructure, pair: pairStructure, polygon: polygonStructure }

/** Golden kind `structure_cases`: a low-rank structure as a critical point, with its Hessian. */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const config = configOf(golden.config)
  const { L, d, n, lambda_: lambda } = golden.config
  const structure = structures[golden.structure](config)
  if (!structure) throw new Error(`No ${golden.structure} structure was found, but the file has one.`)
  expectClose(structure.scales[0]!, golden.scale, SCALE, 'scale')
  expectClose(structure.loss, golden.loss, { rtol: 1e-9 }, 'loss')
  expectClose(structure.rank, golden.rank, {}, 'rank')
  expectClose(orbitDimension({ L, d, r: structure.rank }), golden.nullity_formula, {}, 'nullity_formula')
  const parameters = balancedParameters(config, repeatColumns(structure.classMeanLogits, n))
  await withSnapshot({ config, variant: { loss: 'ce', activation: 'linear' }, parameters }, async (snapshot) => {
    const { data, regularisation } = await snapshot.loss()
    expectClose(data + regularisation, golden.loss, { rtol: 1e-9 }, 'computed loss')
    const gradient = Object.values(await totalGradient(snapshot)).flatMap((block) => [...block])
    expectClose(norm(Float64Array.from(gradient)), 0, { atol: golden.gradient_norm_below }, 'gradient norm')
    const { values } = await denseSpectrum(snapshot.hessian('total'))
    const inertia = inertiaOf(values, lambda)
    expectClose(
      [inertia.negative, inertia.zero, inertia.positive],
      [golden.inertia.negative, golden.inertia.zero, golden.inertia.positive],
      {},
      'inertia',
    )
    const nonZero = values.filter((value) => Math.abs(value) > 1e-6 * lambda).toReversed()
    expectClose(nonZero, golden.nonzero_hessian_eigenvalues, EIGENVALUES, 'non-zero eigenvalues')
    const norms = hessianNorms(values)
    expectClose(norms.spectral, golden.spectral_norm, SCALE, 'spectral_norm')
    expectClose(norms.trace, golden.trace, SCALE, 'trace')
    expectClose(norms.frobenius, golden.frobenius, SCALE, 'frobenius')
  })
}

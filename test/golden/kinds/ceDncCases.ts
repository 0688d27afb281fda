import { z } from 'zod'
import { totalGradient } from '#main/probes/totalGradient'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { simplexLayerLevels, simplexSolution } from '#main/systems/deep-ufm/crossEntropy'
import { simplexDncParameters } from '#main/systems/deep-ufm/dncParameters'
import { expandLevels } from '#main/systems/deep-ufm/spectra'
import { expectClose } from '../../helpers/expectClose'
import { configFields, configOf, expandPairs, expectSpectrum, numbers } from '../ufmCase'

export const topic = '01'

/** The file says "< 1e-13" of its layer blocks; eigenvalues of a full Hessian are solved to 1e-8 (`conventions`). */
const TOLERANCE = { atol: 1e-10 }
const EIGENVALUES = 1e-8

const schema = z.object({
  ...configFields,
  t: z.number(),
  q: z.number(),
  p: z.number(),
  s2: z.number(),
  sv: numbers,
  loss: z.number(),
  layers: z.array(z.object({ layer: z.int(), data_eigs: z.array(z.tuple([z.number(), z.int()])), zeros: z.int() })),
  full_hessian_eigs_desc: numbers,
})

/** Golden kind `ce_dnc_cases`: the simplex solution under cross-entropy, closed forms and computed at its parameters. */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const config = configOf(golden)
  const solution = simplexSolution(config)
  if (!solution) throw new Error('No simplex solution was found, but the file has one.')
  expectClose(solution.t, golden.t, TOLERANCE, 't')
  expectClose(solution.q, golden.q, TOLERANCE, 'q')
  expectClose(solution.p, golden.p, TOLERANCE, 'p')
  expectClose(solution.s2, golden.s2, TOLERANCE, 's2')
  expectClose(solution.singularValues, golden.sv, TOLERANCE, 'sv')
  expectClose(solution.loss, golden.loss, TOLERANCE, 'loss')
  const parameters = simplexDncParameters(config, solution.singularValues)
  await withSnapshot({ config, variant: { loss: 'ce', activation: 'linear' }, parameters }, async (snapshot) => {
    const { data, regularisation } = await snapshot.loss()
    expectClose(data + regularisation, golden.loss, TOLERANCE, 'computed loss')
    for (const [name, block] of Object.entries(await totalGradient(snapshot))) {
      expectClose(block, new Float64Array(block.length), TOLERANCE, `gradient of ${name}`)
    }
    for (const { layer, data_eigs, zeros } of golden.layers) {
      const reference = expandPairs([...data_eigs, [0, zeros]])
      const levels = expandLevels(simplexLayerLevels(config, solution, layer))
      expectClose(levels, reference, TOLERANCE, `layer ${layer}, closed form`)
      await expectSpectrum(snapshot.hessian('data', [`W${layer}`]), reference, TOLERANCE.atol, `layer ${layer}`)
    }
    await expectSpectrum(snapshot.hessian('total'), golden.full_hessian_eigs_desc, EIGENVALUES, 'full Hessian')
  })
}

import { z } from 'zod'
import { singularValues } from '#main/compute/linalg/index'
import { numericalRank } from '#main/probes/numericalRank'
import { withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { graphNetwork, graphSolution } from '#main/systems/deep-ufm/graphSolution'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'
import { expectClose } from '../../helpers/expectClose'

export const topic = '02'

/** `conventions`: relative 1e-9; the loss formula agrees with the forward pass to below 1e-12 (`how`). */
const VALUES = { rtol: 1e-9 }

const schema = z.object({
  config: z.object({ r: z.int(), K: z.int(), L: z.int(), n: z.int(), lambda_: z.number() }),
  nuclear_norm_T: z.number(),
  c_v: z.number(),
  srg_scale_m: z.number(),
  srg_loss: z.number(),
  dnc_scale_m: z.number(),
  dnc_loss: z.number(),
  regularisation_ratio: z.number(),
  rank_pre_last_hidden: z.int(),
  rank_post_last_hidden: z.int(),
  rank_H2: z.int(),
})

/** Golden kind `srg_cases`: the graph solution of the ReLU MSE model against collapse, and as a network. */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const { r, K, L, n, lambda_: lambda } = golden.config
  const size = { r, L, n, lambda }
  const solution = graphSolution(size)
  expectClose(solution.K, K, {}, 'K')
  expectClose(solution.nuclearNorm, golden.nuclear_norm_T, VALUES, 'nuclear_norm_T')
  expectClose(solution.readoutNorm, golden.c_v, VALUES, 'c_v')
  expectClose(solution.gain ?? 0, golden.srg_scale_m, VALUES, 'srg_scale_m')
  expectClose(solution.loss ?? 0.5, golden.srg_loss, VALUES, 'srg_loss')
  expectClose(solution.ratio, golden.regularisation_ratio, VALUES, 'regularisation_ratio')
  const collapse = collapsedSolution(uniformConfig({ K, n, depth: L, width: K, lambda }))
  expectClose(collapse?.gain.x ?? 0, golden.dnc_scale_m, VALUES, 'dnc_scale_m')
  expectClose(collapse?.loss ?? 0.5, golden.dnc_loss, VALUES, 'dnc_loss')
  // A decay that leaves only the zero network leaves nothing to build.
  if (solution.gain === null) return
  const network = graphNetwork(size)
  await withSnapshot({ ...network, variant: { loss: 'mse', activation: 'relu' } }, async (snapshot) => {
    const { data, regularisation } = await snapshot.loss()
    expectClose(data + regularisation, golden.srg_loss, { atol: 1e-12 }, 'loss of the network')
    const layers = await snapshot.layers()
    const rank = (A: Parameters<typeof singularValues>[0]) => numericalRank(singularValues(A), 1e-9)
    expectClose(rank(layers[1]!.input), golden.rank_H2, {}, 'rank_H2')
    expectClose(rank(layers[L - 2]!.output), golden.rank_pre_last_hidden, {}, 'rank_pre_last_hidden')
    expectClose(rank(layers[L - 1]!.input), golden.rank_post_last_hidden, {}, 'rank_post_last_hidden')
  })
}

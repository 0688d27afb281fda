import { z } from 'zod'
import { matmul, norm } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { movedFrom } from '#main/probes/movedFrom'
import { recoveryError } from '#main/probes/recoveryError'
import { withSingularValues } from '#main/systems/linear-network/lowRankMatrix'
import { rhoOf } from '#main/systems/linear-network/rho'
import { withTraining, type Start } from '#main/systems/linear-network/withTraining'
import {
  layerFactors,
  matrixData,
  observedEntries,
  productModel,
  trainedCount,
  type MatrixProblem,
} from '#main/systems/matrix-completion/chain'
import { compressedFactors, compressedFrames, compressedInitial } from '#main/systems/matrix-completion/compressed'
import { blockDistance, narrowWidths } from '#main/systems/matrix-completion/theory'
import { expectClose } from '../../helpers/expectClose'
import { numbers } from '../ufmCase'
import { expectGolden, house, leftColumns, namedWeights, projectorRow, scaledBy, TOLERANCE } from '../waves'

export const topic = '05'

const row = z.object({ t: z.int(), loss: z.number(), rec_err: z.number(), dist_to_full: z.number().optional() })
const schema = z.object({
  inputs: z.object({
    d: z.int(),
    r: z.int(),
    rhat: z.int(),
    L: z.int(),
    eps: z.number(),
    eta: z.number(),
    s0: z.number(),
    svals: numbers,
    mask: numbers.nullable(),
    gammas: numbers,
  }),
  outputs: z.object({
    trajectories: z.record(z.string(), z.array(row)),
    projector_V1_first_row: numbers,
    projector_U_first_row: numbers,
    observed_fraction: z.number(),
    singular_values_surrogate: numbers,
    params_full: z.int(),
    params_compressed_core: z.int(),
    params_compressed_with_factors: z.int(),
    params_narrow: z.int(),
    predicted_dist_gamma0: numbers.optional(),
  }),
})
type Golden = z.infer<typeof schema>

/** Golden kind `S-C`: full and compressed factorisation and completion. */
export async function check(given: unknown): Promise<void> {
  const { inputs, outputs } = schema.parse(given)
  const { d, rhat, L: depth, eps: initScale, eta, s0, gammas } = inputs
  const problem = problemOf(inputs)
  const data = matrixData(problem)
  const isometries = Array.from({ length: depth }, (_, i) => house(d, s0 + 10 * i))
  const frames = compressedFrames(observedEntries(problem), isometries.reduce((below, Q) => matmul(Q, below)), rhat) // prettier-ignore
  expectClose(projectorRow(frames.V), outputs.projector_V1_first_row, TOLERANCE, 'projector_V1')
  expectClose(projectorRow(frames.U), outputs.projector_U_first_row, TOLERANCE, 'projector_U')
  const surrogate = frames.surrogateValues.subarray(0, outputs.singular_values_surrogate.length)
  expectClose(surrogate, outputs.singular_values_surrogate, TOLERANCE, 'singular_values_surrogate')
  const observed = problem.mask.data.reduce((sum, entry) => sum + entry, 0) / (d * d)
  expectGolden(observed, outputs.observed_fraction, 'observed_fraction')
  const full = layerFactors(Array<number>(depth + 1).fill(d))
  const counts = {
    params_full: trainedCount(full),
    params_compressed_core: trainedCount(compressedFactors(d, rhat, depth, 0)),
    params_compressed_with_factors: trainedCount(compressedFactors(d, rhat, depth, 1)),
    params_narrow: trainedCount(layerFactors(narrowWidths(d, rhat, depth))),
  }
  for (const [name, count] of Object.entries(counts)) {
    expectClose(count, z.number().parse(new Map(Object.entries(outputs)).get(name)), {}, name)
  }

  const initial = namedWeights(isometries.map((Q) => scaledBy(Q, initScale)))
  const { full: rows, ...others } = outputs.trajectories
  if (!rows) throw new Error('The case has no trajectory "full".')
  const products = await follow({ model: productModel(full, problem), data, initial }, eta, rows, problem, 'full')
  if (outputs.predicted_dist_gamma0) {
    const dynamics = { outputCase: 2, depth, initScale, learningRate: eta, weightDecay: 0, momentum: 0 } as const
    const rho = rhoOf(dynamics)
    const predicted = rows.map(({ t }) => blockDistance({ d, rank: rhat, depth }, rho(t)))
    expectClose(predicted, outputs.predicted_dist_gamma0, TOLERANCE, 'predicted_dist_gamma0')
  }
  expectClose(Object.keys(others).length, gammas.length, {}, 'number of compressed trajectories')
  for (const [name, expected] of Object.entries(others)) {
    const gamma = Number(name.replace('compressed_gamma_', ''))
    const model = productModel(compressedFactors(d, rhat, depth, gamma), problem)
    const start = { model, data, initial: compressedInitial(frames, depth, initScale) }
    const compressed = await follow(start, eta, expected, problem, name)
    expected.forEach(({ t, dist_to_full }) => {
      const [a, b] = [compressed.get(t), products.get(t)]
      if (!a || !b || dist_to_full === undefined) return
      expectGolden(norm(movedFrom(a, b, 1).data), dist_to_full, `dist_to_full of ${name} at ${t}`)
    })
  }
}

/** Loss and recovery error at every row; the products by step. */
async function follow(
  start: Start,
  learningRate: number,
  rows: Golden['outputs']['trajectories'][string],
  { phi }: MatrixProblem,
  name: string,
): Promise<Map<number, Matrix>> {
  return withTraining(start, { learningRate }, async (training) => {
    const products = new Map<number, Matrix>()
    for (const { t, loss, rec_err } of rows) {
      while (training.step < t) training.advance()
      const snapshot = training.snapshot()
      const W = await snapshot.logits()
      expectGolden((await snapshot.loss()).data, loss, `loss of ${name} at ${t}`)
      expectGolden(recoveryError(W, phi), rec_err, `rec_err of ${name} at ${t}`)
      products.set(t, W)
    }
    return products
  })
}

/** Φ as in S-A, and mask[i][j] = 1 where (a i + b j + ((i j) mod c)) mod 10 < q, [a, b, c, q] = mask. */
function problemOf({ d, r, s0, svals, mask }: Golden['inputs']): MatrixProblem {
  const phi = withSingularValues(leftColumns(house(d, s0 + 202), r), svals, leftColumns(house(d, s0 + 303), r))
  const [a = 0, b = 0, c = 1, q = 10] = mask ?? []
  const observed = Float64Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d]
    return (a * i + b * j + ((i * j) % c)) % 10 < q ? 1 : 0
  })
  return { phi, mask: matrix(d, d, observed), scored: null }
}

import { z } from 'zod'
import { matmul, softmaxCrossEntropy, scale } from '#main/compute/graph/ops'
import { singularValues, symmetricEigenvalues } from '#main/compute/linalg/index'
import type { Model } from '#main/core/model'
import type { Snapshot } from '#main/core/snapshot'
import { numericalRank } from '#main/probes/numericalRank'
import { fromColumns, materialise, orthonormalBasis, principalAngles, subspaceOverlap } from '#main/spectra/index'
import { expectClose } from '../../helpers/expectClose'
import {
  BEHIND_EIGENVECTORS,
  DIRECT,
  alignment,
  checkProjectedTraining,
  chi,
  expectAll,
  flattened,
  gradientMoment,
  hessianOf,
  principalBlock,
  product,
  projectedSchema,
  stepped,
  subMatrix,
  topVectors,
  withSnapshot,
  type Point,
} from '../alignmentCase'
import { numbers } from '../ufmCase'
import { parseFormula } from './formula'

export const topic = '04'

const inputSchema = z.object({
  k: z.int(),
  d: z.int(),
  n: z.int(),
  beta: z.number(),
  mu: z.string(),
  labels: z.literal('c_i = i mod k'),
  X: z.string(),
  x: z.string(),
  direction_u: z.string(),
  delta: z.number(),
  eta_projected: z.number(),
})
const schema = z.object({
  inputs: inputSchema,
  outputs: z.looseObject({
    H_block_eigs_desc: z.array(numbers),
    G_block_eigs_desc: z.array(numbers),
    P_row0: numbers,
    Hu: numbers,
    Gu: numbers,
    principal_angles_rad_H00_top2_vs_means: numbers,
    projected_training: projectedSchema,
  }),
})
type Golden = z.infer<typeof schema>

/** `X[i][j]=mu_{c_i}[j]+0.3*sin(…)`: what is added to the class mean, or the whole right side. */
function entries(text: string, rows: number, cols: number, variables: readonly [string, string], d: number) {
  const formula = parseFormula(
    text
      .replace(/^[^=]*=/, '')
      .replace(/^mu_\{c_i\}\[j\]/, '')
      .replace(/\(k x d.*$/, ''),
  )
  return Float64Array.from({ length: rows * cols }, (_, at) =>
    formula({ [variables[0]]: Math.floor(at / cols), [variables[1]]: at % cols, d }),
  )
}

/** The rows μ_c, k × d. */
function classMeans({ mu, k, d }: Golden['inputs']): Float64Array[] {
  if (mu.startsWith('mu_c = e_c')) {
    return Array.from({ length: k }, (_, c) => Float64Array.from({ length: d }, (_, j) => (j === c ? 1 : 0)))
  }
  const [raw] = mu.split(', each row divided')
  const rows = entries(raw!, k, d, ['c', 'j'], d)
  return Array.from({ length: k }, (_, c) => {
    const row = rows.subarray(c * d, (c + 1) * d)
    return row.map((value) => value / Math.hypot(...row))
  })
}

/** Softmax classification by one layer without bias, theory note 04, (b1). */
function softmaxModel(k: number, d: number, weightDecay: number): Model {
  return {
    parameters: [{ name: 'x', shape: [k, d], layer: 1, kind: 'weight', weightDecay }],
    classes: k,
    loss: 'ce',
    activation: 'linear',
    isLinearChain: true,
    forward({ x }, { inputs, targets }) {
      const logits = matmul(x!, inputs!)
      const dataLoss = scale(softmaxCrossEntropy(logits, targets), 1 / targets.shape[1]!)
      return { logits, dataLoss, layers: [{ layer: 1, weight: 'x', input: inputs!, output: logits }] }
    },
  }
}

/** Golden kind `softmax_1layer`: theory note 04, (b1) and (b3), at one point of parameter space. */
export async function check(given: unknown): Promise<void> {
  const { inputs, outputs } = schema.parse(given)
  const { k, d, n, beta } = inputs
  const means = classMeans(inputs)
  const noise = entries(inputs.X, n, d, ['i', 'j'], d)
  const samples = Array.from({ length: n }, (_, i) => ({
    label: i % k,
    input: Float64Array.from({ length: d }, (_, j) => means[i % k]![j]! + noise[i * d + j]!),
    target: Float64Array.from({ length: k }, (_, c) => (c === i % k ? 1 : 0)),
  }))
  const ordered = samples.toSorted((a, b) => a.label - b.label)
  const x = entries(inputs.x, k, d, ['a', 'j'], d)
  const point: Point = {
    model: softmaxModel(k, d, beta),
    split: {
      inputs: fromColumns(ordered.map(({ input }) => input)),
      targets: fromColumns(ordered.map(({ target }) => target)),
      classSizes: means.map((_, c) => samples.filter(({ label }) => label === c).length),
    },
    parameters: { x },
  }
  await withSnapshot(point, async (snapshot) => {
    await checkValues({ inputs, outputs }, x, snapshot)
    await checkMatrices({ inputs, outputs }, { x, means }, snapshot)
  })
  for (const [steps, name] of [
    [1, 'online_sgd_x_after_1_step'],
    [n, 'online_sgd_x_after_n_steps'],
  ] as const) {
    const after = await stepped(point, { rate: inputs.delta, samples }, steps)
    expectAll({ [name]: after.x! }, outputs, DIRECT)
  }
  const projection = { eta: inputs.eta_projected, k, order: ['x'] }
  await checkProjectedTraining(point, projection, outputs.projected_training)
}

async function checkValues({ inputs, outputs }: Golden, x: Float64Array, snapshot: Snapshot): Promise<void> {
  const { data, regularisation } = await snapshot.loss()
  const gradient = flattened(await snapshot.dataGradient())
  const logits = await snapshot.logits()
  const first = Array.from({ length: inputs.k }, (_, a) => logits.data[a * logits.cols]!)
  const partition = first.reduce((sum, logit) => sum + Math.exp(logit), 0)
  const probabilities = first.map((logit) => Math.exp(logit) / partition)
  expectClose(probabilities, outputs.P_row0, DIRECT, 'P_row0')
  const values = {
    loss_data: data,
    loss_with_penalty: data + regularisation,
    grad_data_norm: Math.hypot(...gradient),
    grad_with_penalty_norm: Math.hypot(...gradient.map((g, i) => g + inputs.beta * x[i]!)),
    grad_data_first4: gradient.subarray(0, 4),
  }
  expectAll(values, outputs, DIRECT)
}

async function checkMatrices(
  { inputs, outputs }: Golden,
  { x, means }: { x: Float64Array; means: Float64Array[] },
  snapshot: Snapshot,
): Promise<void> {
  const { k, d } = inputs
  const G = gradientMoment(snapshot)
  const [H, denseG] = [await hessianOf(snapshot), await materialise(G)]
  const block = (A: typeof H, a: number) => principalBlock(A, a * d, (a + 1) * d)
  const direction = entries(inputs.direction_u, k, d, ['a', 'j'], d)
  expectClose(await product(snapshot.hessian('data'), direction), outputs.Hu, DIRECT, 'Hu')
  expectClose(await product(G, direction), outputs.Gu, DIRECT, 'Gu')
  for (let a = 0; a < k; a++) {
    expectClose(symmetricEigenvalues(block(H, a)), outputs.H_block_eigs_desc[a]!, DIRECT, `H_block_eigs ${a}`)
    expectClose(symmetricEigenvalues(block(denseG, a)), outputs.G_block_eigs_desc[a]!, DIRECT, `G_block_eigs ${a}`)
  }
  const eigenvalues = symmetricEigenvalues(H)
  const coupling = subMatrix(H, [0, d], [d, 2 * d])
  const row = subMatrix(H, [0, d], [0, k * d]).data
  const summed = Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d]
    return Array.from({ length: k }, (_, b) => row[i * k * d + b * d + j]!).reduce((sum, value) => sum + value, 0)
  })
  expectAll(
    {
      H_eigs_desc: eigenvalues,
      H_pen_top_eig: symmetricEigenvalues(await hessianOf(snapshot, 'total'))[0]!,
      G_eigs_desc: symmetricEigenvalues(denseG),
      H_block_01_fro: Math.hypot(...coupling.data),
      H_block_01_trace: Array.from({ length: d }, (_, i) => coupling.data[i * d + i]!).reduce((sum, y) => sum + y, 0),
      sum_over_b_of_H_block_0b_max_abs: Math.max(...summed.map(Math.abs)),
      eigengap_k_of_H: eigenvalues[k - 1]! - eigenvalues[k]!,
    },
    outputs,
    DIRECT,
  )
  const gradient = flattened(await snapshot.dataGradient())
  const top = topVectors(H, k)
  const own = block(H, 0)
  const rowOf = (a: number) => x.slice(a * d, (a + 1) * d)
  expectAll(
    {
      chi_k_full_gradient: chi(gradient, top),
      f_top_full_gradient: alignment(gradient, top),
      chi_1_full_gradient: chi(gradient, top.slice(0, 1)),
      align_x0_H00_top_k: alignment(rowOf(0), topVectors(own, k)),
      align_x0_H00_top_1: alignment(rowOf(0), topVectors(own, 1)),
    },
    outputs,
    BEHIND_EIGENVECTORS,
  )
  const span = fromColumns(means)
  if (numericalRank(singularValues(span), 1e-10) < k) {
    // The file took k directions all the same, some of them from rounding alone: nothing to compare with.
    console.warn(`NOT COMPARED: the space of the means of ${k} classes in ${d} dimensions, which are dependent.`)
    return
  }
  const meanBasis = orthonormalBasis(span)
  expectAll({ align_x_means: means.map((_, a) => alignment(rowOf(a), meanBasis)) }, outputs, DIRECT)
  const overlap = subspaceOverlap(topVectors(own, k - 1), meanBasis)
  expectAll({ overlap_H00topkm1_means: overlap }, outputs, BEHIND_EIGENVECTORS)
  // Angles below 1e-6 count as 0 (`conventions`).
  const counting = (angles: ArrayLike<number>) => Array.from(angles, (angle) => (angle < 1e-6 ? 0 : angle))
  const expected = counting(outputs.principal_angles_rad_H00_top2_vs_means)
  const angles = counting(principalAngles(fromColumns(topVectors(own, 2)), span))
  expectClose(angles, expected, BEHIND_EIGENVECTORS, 'principal_angles_rad_H00_top2_vs_means')
}

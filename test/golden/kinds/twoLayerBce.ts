import { z } from 'zod'
import { binaryCrossEntropy, matmul, relu, scale, sigmoid } from '#main/compute/graph/ops'
import { symmetricEigenvalues } from '#main/compute/linalg/index'
import type { Model } from '#main/core/model'
import type { Snapshot } from '#main/core/snapshot'
import { fromColumns, materialise, orthonormalBasis, subspaceOverlap } from '#main/spectra/index'
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

const schema = z.object({
  inputs: z.object({
    K: z.int(),
    d: z.int(),
    n: z.int(),
    activation: z.enum(['relu', 'sigmoid']),
    beta: z.number(),
    mu: z.literal('e_0'),
    nu: z.literal('e_1'),
    centres: z.literal('[mu,-mu,nu,-nu], c_i=i mod 4, y_i=1 if c_i<2 else 0'),
    X: z.string(),
    W: z.string(),
    v: z.string(),
    direction: z.string(),
    delta: z.number(),
    eta_projected: z.number(),
    k_dom: z.int(),
  }),
  outputs: z.looseObject({
    H_WkWk_eigs_desc: z.array(numbers),
    G_WkWk_eigs_desc: z.array(numbers),
    'g_W_theta_columns (K x 4)': z.array(numbers),
    align_v_span_g_W_theta: z.number().nullable(),
    overlap_Hvv_top2_vs_g_first2cols: z.number().nullable(),
    projected_training: projectedSchema,
  }),
})
type Golden = z.infer<typeof schema>

/** f = v g(W X) with one logistic output and no biases, theory note 04, (b2). */
function xorModel({ K, d, activation, beta: weightDecay }: Golden['inputs']): Model {
  return {
    parameters: [
      { name: 'v', shape: [1, K], layer: 2, kind: 'weight', weightDecay },
      { name: 'W', shape: [K, d], layer: 1, kind: 'weight', weightDecay },
    ],
    classes: 2,
    loss: 'ce',
    // Of the names that a model has for it, the one that is smooth stands for every smooth function.
    activation: activation === 'relu' ? 'relu' : 'tanh',
    isLinearChain: false,
    forward({ v, W }, { inputs, targets }) {
      const hidden = matmul(W!, inputs!)
      const features = activation === 'relu' ? relu(hidden) : sigmoid(hidden)
      const logits = matmul(v!, features)
      return {
        logits,
        dataLoss: scale(binaryCrossEntropy(logits, targets), 1 / targets.shape[1]!),
        layers: [
          { layer: 1, weight: 'W', input: inputs!, output: hidden },
          { layer: 2, weight: 'v', input: features, output: logits },
        ],
      }
    },
  }
}

/** `a[k]=…; A[k][j]=…`: one formula, over k and j. */
function entries(text: string, K: number, cols: number, d: number): Float64Array {
  const formula = parseFormula(text.replace(/^[^=]*=/, ''))
  return Float64Array.from({ length: K * cols }, (_, at) => formula({ k: Math.floor(at / cols), j: at % cols, d }))
}

/** μ, −μ, ν, −ν. */
function centresOf(d: number): Float64Array[] {
  return [0, 0, 1, 1].map((axis, c) => Float64Array.from({ length: d }, (_, j) => (j === axis ? 1 - 2 * (c % 2) : 0)))
}

/** Golden kind `two_layer_bce`: theory note 04, (b2) and (b3), at one point of parameter space. */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const { inputs, outputs } = golden
  const { K, d, n } = inputs
  const centres = centresOf(d)
  const noise = parseFormula(inputs.X.replace(/^.*?centre_\{c_i\}\[j\]/, ''))
  const samples = Array.from({ length: n }, (_, i) => ({
    input: Float64Array.from({ length: d }, (_, j) => centres[i % 4]![j]! + noise({ i, j, d })),
    target: Float64Array.of(i % 4 < 2 ? 1 : 0),
  }))
  const ordered = samples.toSorted((a, b) => a.target[0]! - b.target[0]!)
  const ones = samples.filter(({ target }) => target[0] === 1).length
  const point: Point = {
    model: xorModel(inputs),
    split: {
      inputs: fromColumns(ordered.map(({ input }) => input)),
      targets: fromColumns(ordered.map(({ target }) => target)),
      classSizes: [n - ones, ones],
    },
    parameters: { v: entries(inputs.v, K, 1, d), W: entries(inputs.W, K, d, d) },
  }
  await withSnapshot(point, async (snapshot) => {
    await checkValues(golden, point, snapshot)
    await checkSpectra(golden, snapshot)
    await checkProducts(golden, snapshot)
    await checkAlignment(golden, point, snapshot)
  })
  const after = await stepped(point, { rate: inputs.delta, samples }, n)
  expectAll({ online_sgd_v_after_n: after.v!, online_sgd_W_after_n: after.W! }, outputs, DIRECT)
  const projection = { eta: inputs.eta_projected, k: inputs.k_dom, order: ['v', 'W'] }
  await checkProjectedTraining(point, projection, outputs.projected_training)
}

async function checkValues({ inputs, outputs }: Golden, { parameters }: Point, snapshot: Snapshot): Promise<void> {
  const { data, regularisation } = await snapshot.loss()
  const [layer] = await snapshot.layers()
  const gradient = await snapshot.dataGradient()
  const [flat, theta] = [flattened(gradient), flattened(parameters)]
  expectAll(
    {
      min_abs_preactivation: Math.min(...layer!.output.data.map(Math.abs)),
      loss_data: data,
      loss_with_penalty: data + regularisation,
      grad_data_norm: Math.hypot(...flat),
      grad_v: gradient.v!,
      grad_W_first4: gradient.W!.subarray(0, 4),
      grad_with_penalty_norm: Math.hypot(...flat.map((g, i) => g + inputs.beta * theta[i]!)),
    },
    outputs,
    DIRECT,
  )
}

async function checkSpectra({ inputs, outputs }: Golden, snapshot: Snapshot): Promise<void> {
  const { K, d } = inputs
  const H = await hessianOf(snapshot)
  const [GN, rest] = [await hessianOf(snapshot, 'gaussNewton'), await hessianOf(snapshot, 'residual')]
  const G = await materialise(gradientMoment(snapshot))
  const P = K + K * d
  const vv = (A: typeof H) => principalBlock(A, 0, K)
  const WW = (A: typeof H) => principalBlock(A, K, P)
  expectAll(
    {
      H_eigs_desc: symmetricEigenvalues(H),
      GN_eigs_desc: symmetricEigenvalues(GN),
      functional_part_eigs_desc: symmetricEigenvalues(rest),
      functional_part_fro: Math.hypot(...rest.data),
      G_eigs_desc: symmetricEigenvalues(G),
      H_vv_eigs_desc: symmetricEigenvalues(vv(H)),
      H_WW_eigs_desc: symmetricEigenvalues(WW(H)),
      G_vv_eigs_desc: symmetricEigenvalues(vv(G)),
      G_WW_eigs_desc: symmetricEigenvalues(WW(G)),
      GN_vv_equals_H_vv_max_abs_diff: Math.max(...vv(GN).data.map((value, i) => Math.abs(value - vv(H).data[i]!))),
      H_vW_fro: Math.hypot(...subMatrix(H, [0, K], [K, P]).data),
    },
    outputs,
    DIRECT,
  )
  for (let k = 0; k < K; k++) {
    const own = (A: typeof H) => symmetricEigenvalues(principalBlock(A, K + k * d, K + (k + 1) * d))
    expectClose(own(H), outputs.H_WkWk_eigs_desc[k]!, DIRECT, `H_WkWk_eigs_desc ${k}`)
    expectClose(own(G), outputs.G_WkWk_eigs_desc[k]!, DIRECT, `G_WkWk_eigs_desc ${k}`)
  }
}

async function checkProducts({ inputs, outputs }: Golden, snapshot: Snapshot): Promise<void> {
  const { K, d } = inputs
  const [a, A] = inputs.direction.split(';').map((text, i) => entries(text, K, i === 0 ? 1 : d, d))
  const direction = Float64Array.from([...a!, ...A!])
  expectAll(
    {
      Hdir: await product(snapshot.hessian('data'), direction),
      GNdir: await product(snapshot.hessian('gaussNewton'), direction),
      Gdir: await product(gradientMoment(snapshot), direction),
    },
    outputs,
    DIRECT,
  )
}

async function checkAlignment({ inputs, outputs }: Golden, { parameters }: Point, snapshot: Snapshot): Promise<void> {
  const { K, d, activation } = inputs
  const W = parameters.W!
  const centres = centresOf(d)
  const g = activation === 'relu' ? (x: number) => Math.max(0, x) : (x: number) => 1 / (1 + Math.exp(-x))
  const seen = centres.map((centre) =>
    Float64Array.from({ length: K }, (_, k) => g(centre.reduce((sum, x, j) => sum + x * W[k * d + j]!, 0))),
  )
  outputs['g_W_theta_columns (K x 4)'].forEach((row, k) => {
    expectClose(
      seen.map((column) => column[k]!),
      row,
      DIRECT,
      `g_W_theta_columns, row ${k}`,
    )
  })
  const axes = orthonormalBasis(fromColumns([centres[0]!, centres[2]!]))
  const rows = Array.from({ length: K }, (_, k) => alignment(W.slice(k * d, (k + 1) * d), axes))
  expectAll({ align_Wk_span_mu_nu: rows }, outputs, DIRECT)

  const H = await hessianOf(snapshot)
  const topOfV = topVectors(principalBlock(H, 0, K), 2)
  const gradient = await snapshot.dataGradient()
  expectAll(
    {
      chi_2_full_gradient: chi(flattened(gradient), topVectors(H, 2)),
      chi_2_v_layer: chi(gradient.v!, topOfV),
      align_v_Hvv_top2: alignment(parameters.v!, topOfV),
    },
    outputs,
    BEHIND_EIGENVECTORS,
  )
  if (outputs.align_v_span_g_W_theta !== null) {
    const basis = orthonormalBasis(fromColumns(seen))
    expectAll({ align_v_span_g_W_theta: alignment(parameters.v!, basis) }, outputs, DIRECT)
  }
  if (outputs.overlap_Hvv_top2_vs_g_first2cols !== null) {
    const basis = orthonormalBasis(fromColumns(seen.slice(0, 2)))
    expectAll({ overlap_Hvv_top2_vs_g_first2cols: subspaceOverlap(topOfV, basis) }, outputs, BEHIND_EIGENVECTORS)
  }
}

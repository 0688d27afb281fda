import { z } from 'zod'
import { dot, matmul, transpose } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { cdnv } from '#main/probes/cdnv'
import { centredMeans, classMeans } from '#main/probes/classMeans'
import { discrimination } from '#main/probes/discrimination'
import { frameGeometry, simplexDistance } from '#main/probes/frameGeometry'
import { nc1 } from '#main/probes/nc1'
import { betweenFactor, nc1Variant } from '#main/probes/nc1Variants'
import { nc2SimplexEtf } from '#main/probes/nc2'
import { nc3 } from '#main/probes/nc3'
import { classLabels, disagreement, largestOutput, nearestClassCentre } from '#main/probes/nearestClassCentre'
import { separation } from '#main/probes/separation'
import { withinDeviations } from '#main/probes/withinDeviations'
import { numbers } from '../ufmCase'
import { expectGolden, expectRatio, house, leftColumns, sinmat } from '../waves'

export const topic = '05'

const waveInputs = z.object({
  d: z.int(),
  K: z.int(),
  n_k: z.array(z.int()),
  scale: z.number(),
  amp: z.number(),
  ph: z.number(),
})
const frameInputs = z.object({
  d: z.int(),
  K: z.int(),
  n: z.int(),
  alpha: z.number(),
  s0: z.number(),
  noise: z.number(),
})
const schema = z.object({
  inputs: z.union([waveInputs, frameInputs]),
  outputs: z.record(z.string(), z.union([z.number(), numbers])),
})

/** Features with their classes, and a classifier W h + b. */
interface Classified {
  readonly features: Matrix
  readonly sizes: readonly number[]
  readonly W: Matrix
  readonly b: readonly number[]
}

/** Compared relatively without slack: NC1, D, CDNV, and the covariances of tiny features. */
const RATIOS = /^(nc1|D$|cdnv|tr_|closed_form)/

/** Golden kind `S-D`: every metric of the note on given features; a key that is not known fails. */
export function check(given: unknown): void {
  const { inputs, outputs } = schema.parse(given)
  const classified = 'n_k' in inputs ? waves(inputs) : noisyFrame(inputs)
  const { features } = classified
  const measured: Readonly<Record<string, number>> = {
    ...metrics(classified),
    // Exact for the noisy frame: ν² (K − 1)²/(α² K). Theory note 05, C24.
    ...('alpha' in inputs && {
      closed_form_nc1: (inputs.noise * (inputs.K - 1)) ** 2 / (inputs.alpha ** 2 * inputs.K),
    }),
  }
  for (const [name, expected] of Object.entries(outputs)) {
    if (typeof expected !== 'number') {
      if (name !== 'H_first_column') throw new Error(`Nothing measures "${name}".`)
      expected.forEach((value, i) => expectGolden(features.data[i * features.cols]!, value, `H[${i}][0]`))
      continue
    }
    const value = measured[name]
    if (value === undefined) throw new Error(`Nothing measures "${name}".`)
    if (RATIOS.test(name)) expectRatio(value, expected, name)
    else expectGolden(value, expected, name)
  }
}

function metrics({ features, sizes, W, b }: Classified): Record<string, number> {
  const K = sizes.length
  const means = classMeans(features, sizes)
  const centred = centredMeans(means)
  const deviations = withinDeviations(features, means, sizes)
  const traceOf = (convention: Parameters<typeof betweenFactor>[2]) => {
    const { data } = betweenFactor(features, sizes, convention)
    return dot(data, data)
  }
  const papyan = nc1Variant(features, sizes, 'classMean')
  const sampleMean = nc1Variant(features, sizes, 'sampleMean').value
  const outputs = matmul(W, features)
  const logits = matrix(K, features.cols, outputs.data.map((z, at) => z + b[Math.floor(at / features.cols)]!)) // prettier-ignore
  const [labels, nearest, answered] = [
    classLabels(features, sizes),
    nearestClassCentre(features, means),
    largestOutput(logits),
  ]
  const duality = nc3(W, centred)
  return {
    tr_SW: dot(deviations.data, deviations.data) / features.cols,
    tr_SB_classmean_center: traceOf('classMean'),
    tr_SB_samplemean_center: traceOf('sampleMean'),
    tr_SB_weighted: traceOf('weighted'),
    D: separation(features, sizes),
    nc1_papyan: papyan.value,
    nc1_papyan_over_K: nc1(features, sizes),
    rank_SB: papyan.rank,
    nc1_samplemean_center: sampleMean,
    nc1_samplemean_center_over_K: sampleMean / K,
    nc1_hesu_weighted: nc1Variant(features, sizes, 'weighted').value,
    nc1_mean_based_SW: meanOfClassTraces(deviations, labels, sizes),
    cdnv: cdnv(features, sizes),
    ...geometry('M', centred),
    M_etf_dist: nc2SimplexEtf(means),
    discrimination_1_minus_max_cos_uncentred: discrimination(features, sizes),
    ncc_train_acc: 1 - disagreement(nearest, labels),
    ...geometry('W', transpose(W)),
    W_etf_dist: simplexDistance(matmul(W, W, { transposeB: true })),
    nc3_self_duality_sq: duality ** 2,
    nc3_self_duality: duality,
    nc3_WH_etf_dist: simplexDistance(matmul(W, centred)),
    net_acc: 1 - disagreement(answered, labels),
    nc4_disagreement: disagreement(answered, nearest),
  }
}

function geometry(prefix: string, columns: Matrix): Record<string, number> {
  const found = frameGeometry(columns)
  return {
    [`${prefix}_equinorm_cov_pop`]: found.lengthVariation,
    [`${prefix}_equinorm_cov_bessel`]: found.lengthVariationBessel,
    [`${prefix}_cos_std`]: found.cosineDeviation,
    [`${prefix}_cos_maxangle_mean_abs`]: found.angleDeficit,
    [`${prefix}_max_cos_offdiag`]: found.largestCosine,
  }
}

/** Trace of 1/K Σ_k of the covariance of class k. */
function meanOfClassTraces({ cols: N, data }: Matrix, labels: Uint32Array, sizes: readonly number[]): number {
  return data.reduce((sum, value, at) => sum + value ** 2 / (sizes[labels[at % N]!]! * sizes.length), 0)
}

/** `how` of D1 to D6: columns ordered by class, then sample. */
function waves({ d, K, n_k, scale, amp, ph }: z.infer<typeof waveInputs>): Classified {
  const samples = n_k.flatMap((n, k) => Array.from({ length: n }, (_, j) => ({ k, j })))
  const N = samples.length
  const entries = Float64Array.from({ length: d * N }, (_, at) => {
    const [i, { k, j }] = [Math.floor(at / N), samples[at % N]!]
    const mean = Math.sin(ph + 1.3 * i * (k + 1) + 0.7 * k)
    return scale * (mean + amp * Math.sin(2.1 * ph + 0.9 * i + 1.7 * (j + 1) * (k + 2))) + 0.25
  })
  const b = n_k.map((_, k) => 0.1 * Math.cos(k))
  return { features: matrix(d, N, entries), sizes: n_k, W: sinmat(K, d, 1, ph + 0.5, 0.8), b }
}

/** `how` of D7: a simplex frame with ±noise along its first direction, W = 2 Mᵀ. */
function noisyFrame({ d, K, n, alpha, s0, noise }: z.infer<typeof frameInputs>): Classified {
  const Q = leftColumns(house(d, s0), K)
  const scale = alpha * Math.sqrt(K / (K - 1))
  const simplex = matrix(K, K, Float64Array.from({ length: K * K }, (_, at) => scale * ((at % (K + 1) === 0 ? 1 : 0) - 1 / K))) // prettier-ignore
  const M = matmul(Q, simplex)
  const N = K * n
  const entries = Float64Array.from({ length: d * N }, (_, at) => {
    const [a, i] = [Math.floor(at / N), at % N]
    const sign = (i % n) % 2 === 0 ? 1 : -1
    return M.data[a * K + Math.floor(i / n)]! + sign * noise * Q.data[a * K]!
  })
  const W = transpose(matrix(d, K, M.data.map((value) => 2 * value))) // prettier-ignore
  return { features: matrix(d, N, entries), sizes: Array<number>(K).fill(n), W, b: Array<number>(K).fill(0) }
}

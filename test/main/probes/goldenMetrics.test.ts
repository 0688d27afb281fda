import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { centredMeans, classMeans } from '#main/probes/classMeans'
import { betweenCovariance } from '#main/probes/betweenCovariance'
import { nc1, nc1Ratio } from '#main/probes/nc1'
import { nc2OrthogonalFrame, nc2SimplexEtf } from '#main/probes/nc2'
import { nc3 } from '#main/probes/nc3'
import { separation } from '#main/probes/separation'
import { withinCovariance } from '#main/probes/withinCovariance'
import { matmul, singularValues } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { goldenFolder, readGoldenFiles } from '../../golden/goldenFiles'
import { expectClose } from '../../helpers/expectClose'
import { filled } from './features'

const files = readGoldenFiles(goldenFolder())
if (!files) console.warn(`golden metrics skipped: there is no ${goldenFolder()}; set COLLAPSAR_GOLDEN`)

function casesOf(topic: string, kind: string) {
  return (files ?? [])
    .filter((file) => file.topic === topic)
    .flatMap((file) => file.cases.filter((c) => c.kind === kind))
}

const metricsCase = z.object({
  K: z.number(),
  n: z.number(),
  params: z.array(z.object({ rows: z.number(), cols: z.number(), amp: z.number(), phase: z.number() })),
  metrics: z.array(
    z.object({
      layer: z.number(),
      trSW: z.number(),
      trSB: z.number(),
      nc1_ratio: z.number(),
      nc1_pinv: z.number(),
      nc2_orthframe: z.number(),
      nc2_etf: z.number(),
      nc3_A_vs_means: z.number(),
      nc3_A_vs_centred_means: z.number(),
    }),
  ),
})

describe.skipIf(!files)('metrics of the deep linear model, golden/01', () => {
  const cases = casesOf('01', 'generic_cases').flatMap(({ name, given }) => {
    const parsed = metricsCase.safeParse(given)
    return parsed.success ? [{ name, given: parsed.data }] : []
  })
  it('finds cases', () => expect(cases.length).toBeGreaterThan(0))

  it.each(cases)('$name', ({ given: { K, n, params, metrics } }) => {
    const [H1, ...weights] = params.map(({ rows, cols, amp, phase }) =>
      // `matrix_formula` of the file
      filled(rows, cols, (i, j) => amp * Math.sin(phase + 1.3 * (i * cols + j) + 0.07 * (i * cols + j) ** 2)),
    )
    const sizes = Array.from({ length: K }, () => n)
    for (const expected of metrics) {
      const features = weights.slice(0, expected.layer - 1).reduce((H, W) => matmul(W, H), H1!)
      const A = weights.slice(expected.layer - 1).reduce((product, W) => matmul(W, product))
      const means = classMeans(features, sizes)
      const measured = {
        trSW: trace(withinCovariance(features, sizes)),
        trSB: trace(betweenCovariance(features, sizes)),
        nc1_ratio: nc1Ratio(features, sizes),
        nc1_pinv: nc1(features, sizes),
        nc2_orthframe: nc2OrthogonalFrame(means),
        nc2_etf: nc2SimplexEtf(means),
        nc3_A_vs_means: nc3(A, means),
        nc3_A_vs_centred_means: nc3(A, centredMeans(means)),
      }
      // 1e-9 as the file states, relative where the value is large (an NC1 of 300).
      for (const [name, value] of Object.entries(measured)) {
        const reference = z.number().parse(new Map(Object.entries(expected)).get(name))
        expectClose(value, reference, { atol: 1e-9, rtol: 1e-9 }, `layer ${expected.layer} ${name}`)
      }
    }
  })
})

const collapseCase = z.object({
  inputs: z.object({
    d: z.number(),
    K: z.number(),
    n_k: z.array(z.number()),
    scale: z.number(),
    amp: z.number(),
    ph: z.number(),
  }),
  outputs: z.object({
    tr_SW: z.number(),
    tr_SB_classmean_center: z.number(),
    D: z.number(),
    nc1_papyan_over_K: z.number(),
    M_etf_dist: z.number(),
    nc3_self_duality: z.number(),
    rank_SB: z.number(),
  }),
})

describe.skipIf(!files)('metrics of unequal classes, near collapse and at tiny scale, golden/05', () => {
  const cases = casesOf('05', 'S-D').flatMap(({ name, given }) => {
    const parsed = collapseCase.safeParse(given)
    return parsed.success ? [{ name, given: parsed.data }] : []
  })
  it('finds cases', () => expect(cases.length).toBeGreaterThan(0))

  it.each(cases)('$name', ({ given: { inputs, outputs } }) => {
    const { d, K, n_k: sizes, ph } = inputs
    const features = sineFeatures(inputs)
    const means = classMeans(features, sizes)
    const classifier = filled(K, d, (i, j) => Math.sin(ph + 0.5 + 0.8 * (i * d + j)))
    // Relative 1e-6 for NC1 and D, 1e-8 for the rest, as the file states.
    expectClose(separation(features, sizes), outputs.D, { rtol: 1e-6 })
    expectClose(nc1(features, sizes), outputs.nc1_papyan_over_K, { rtol: 1e-6 })
    expectClose(nc1Ratio(features, sizes), outputs.tr_SW / outputs.tr_SB_classmean_center, { rtol: 1e-6 })
    expectClose(nc2SimplexEtf(means), outputs.M_etf_dist, { rtol: 1e-6, atol: 1e-12 })
    expectClose(nc3(classifier, centredMeans(means)), outputs.nc3_self_duality, { rtol: 1e-6 })
    const spread = singularValues(centredMeans(means))
    expect(spread.filter((s) => s > 1e-9 * spread[0]!).length).toBe(outputs.rank_SB)
  })
})

/** `how` of the S-D cases: columns ordered by class, then sample. */
function sineFeatures({ d, n_k, scale, amp, ph }: z.infer<typeof collapseCase>['inputs']): Matrix {
  const samples = n_k.flatMap((n, k) => Array.from({ length: n }, (_, j) => ({ k, j })))
  return filled(d, samples.length, (i, column) => {
    const { k, j } = samples[column]!
    const mean = Math.sin(ph + 1.3 * i * (k + 1) + 0.7 * k)
    return scale * (mean + amp * Math.sin(2.1 * ph + 0.9 * i + 1.7 * (j + 1) * (k + 2))) + 0.25
  })
}

function trace({ rows, data }: Matrix): number {
  return data.reduce((sum, value, at) => sum + (at % (rows + 1) === 0 ? value : 0), 0)
}

import { z } from 'zod'
import { matmul } from '#main/compute/linalg/index'
import { GRADIENT_DESCENT, heavyBall } from '#main/core/optimiser'
import type { HessianPart, LayerState, Snapshot } from '#main/core/snapshot'
import { betweenCovariance } from '#main/probes/betweenCovariance'
import { layerDecomposition } from '#main/probes/classDecomposition'
import { centredMeans, classMeans } from '#main/probes/classMeans'
import { chainAbove } from '#main/probes/kroneckerFactors'
import { layerBlock } from '#main/probes/layerBlock'
import { nc1, nc1Ratio } from '#main/probes/nc1'
import { nc2OrthogonalFrame, nc2SimplexEtf } from '#main/probes/nc2'
import { nc3 } from '#main/probes/nc3'
import { subspaceFraction } from '#main/probes/subspaceFraction'
import { totalGradient } from '#main/probes/totalGradient'
import { withinCovariance } from '#main/probes/withinCovariance'
import { gramSpectrum } from '#main/spectra/index'
import { formulaParameters, formulaVector } from '#main/systems/deep-ufm/formulaParameters'
import { withSnapshot, withTraining, type UfmState } from '#main/systems/deep-ufm/claims/withTraining'
import type { Training } from '#main/train/training'
import type { Matrix } from '#main/compute/matrix'
import { expectClose } from '../../helpers/expectClose'
import { configFields, configOf, expectSpectrum, numbers } from '../ufmCase'

export const topic = '01'

/** `conventions`: 1e-9 for losses, gradients and products, 1e-8 for eigenvalues; metrics are relative to their size. */
const VALUES = { atol: 1e-9 }
const EIGENVALUES = { atol: 1e-8 }
const METRICS = { atol: 1e-9, rtol: 1e-9 }

const stepSchema = z.object({
  step: z.int(),
  loss: z.number(),
  param_norm: z.number().optional(),
  first3: numbers,
  last3: numbers,
})
const metricsSchema = z.object({
  layer: z.int(),
  trSW: z.number(),
  trSB: z.number(),
  nc1_ratio: z.number(),
  nc1_pinv: z.number(),
  nc2_orthframe: z.number(),
  nc2_etf: z.number(),
  class_mean_gram: z.array(numbers),
  nc3_A_vs_means: z.number(),
  nc3_A_vs_centred_means: z.number(),
})
const decompositionSchema = z.object({
  layer: z.int(),
  G_class_top: numbers,
  G_cross_top: numbers,
  G_within_top: numbers,
  G_same_top: numbers.optional(),
  traces: numbers,
})
const fractionSchema = z.object({
  layer: z.int(),
  k: z.int(),
  data_grad_fraction: z.number(),
  full_grad_fraction: z.number(),
})
const schema = z.object({
  ...configFields,
  kind: z.enum(['mse', 'ce']),
  activation: z.enum(['linear', 'relu']),
  params: z.array(z.object({ name: z.string(), amp: z.number(), phase: z.number(), first_row: numbers })),
  loss_data: z.number(),
  loss_reg: z.number(),
  loss: z.number(),
  grad_norm: z.number(),
  grad_norm_per_block: numbers,
  grad_first3_per_block: z.array(numbers),
  hessian_full_eigs_desc: numbers,
  hessian_weights_only_eigs_desc: numbers,
  layer_hessian_eigs_desc_incl_reg: z.array(z.object({ block: z.string(), eigs_desc: numbers })),
  hvp_vector: z.object({ phase: z.number() }),
  G_eigs_desc: numbers.optional(),
  E_eigs_desc: numbers.optional(),
  hvp_H: numbers,
  hvp_G: numbers.optional(),
  hvp_E: numbers.optional(),
  metrics: z.array(metricsSchema).default([]),
  G_decomposition: z.array(decompositionSchema).default([]),
  grad_in_topk_layer_hessian: z.array(fractionSchema).default([]),
  gd: z.object({ lr: z.number(), steps: z.array(stepSchema) }),
  heavy_ball: z.object({ lr: z.number(), mu: z.number(), steps: z.array(stepSchema) }),
})
type GenericCase = z.infer<typeof schema>

/** Golden kind `generic_cases`: everything the lab computes at a point that is nowhere near a critical one. */
export async function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  const config = configOf(golden)
  const parameters = formulaParameters(config, golden.params)
  for (const { name, first_row } of golden.params) {
    expectClose(parameters[name]!.subarray(0, first_row.length), first_row, VALUES, `first row of ${name}`)
  }
  const state: UfmState = { config, variant: { loss: golden.kind, activation: golden.activation }, parameters }
  await withSnapshot(state, async (snapshot) => {
    await checkLossAndGradient(golden, snapshot)
    await checkSpectra(golden, snapshot)
    await checkProducts(golden, snapshot)
    await checkMetrics(golden, snapshot)
    await checkDecomposition(golden, snapshot)
    await checkFractions(golden, snapshot)
  })
  const { gd, heavy_ball: ball } = golden
  await withTraining(state, { learningRate: () => gd.lr, optimiser: GRADIENT_DESCENT }, (training) =>
    checkSteps('gd', gd.steps, training),
  )
  await withTraining(state, { learningRate: () => ball.lr, optimiser: heavyBall(ball.mu) }, (training) =>
    checkSteps('heavy_ball', ball.steps, training),
  )
}

async function checkLossAndGradient(golden: GenericCase, snapshot: Snapshot): Promise<void> {
  const { data, regularisation } = await snapshot.loss()
  expectClose(data, golden.loss_data, VALUES, 'loss_data')
  expectClose(regularisation, golden.loss_reg, VALUES, 'loss_reg')
  expectClose(data + regularisation, golden.loss, VALUES, 'loss')
  const blocks = Object.values(await totalGradient(snapshot))
  expectClose(Math.hypot(...blocks.flatMap((block) => [...block])), golden.grad_norm, VALUES, 'grad_norm')
  const norms = blocks.map((block) => Math.hypot(...block))
  expectClose(norms, golden.grad_norm_per_block, VALUES, 'grad_norm_per_block')
  golden.grad_first3_per_block.forEach((first, i) => {
    expectClose(blocks[i]!.subarray(0, first.length), first, VALUES, `grad_first3 of block ${i}`)
  })
}

async function checkSpectra(golden: GenericCase, snapshot: Snapshot): Promise<void> {
  const weights = snapshot.model.parameters.filter(({ kind }) => kind === 'weight').map(({ name }) => name)
  const spectrum = (part: HessianPart, names: readonly string[] | undefined, expected: number[], label: string) =>
    expectSpectrum(snapshot.hessian(part, names), expected, EIGENVALUES.atol, label)
  await spectrum('total', undefined, golden.hessian_full_eigs_desc, 'full Hessian')
  await spectrum('total', weights, golden.hessian_weights_only_eigs_desc, 'weights-only Hessian')
  for (const { block, eigs_desc } of golden.layer_hessian_eigs_desc_incl_reg) {
    await spectrum('total', [block], eigs_desc, `Hessian of ${block}`)
    await checkLayerRoute(block, eigs_desc, snapshot)
  }
  if (golden.G_eigs_desc) await spectrum('gaussNewton', undefined, golden.G_eigs_desc, 'G')
  if (golden.E_eigs_desc) await spectrum('residual', undefined, golden.E_eigs_desc, 'E')
}

/** The Kronecker or Gram route, which gives the data part. */
async function checkLayerRoute(block: string, expected: readonly number[], snapshot: Snapshot): Promise<void> {
  const parameter = snapshot.model.parameters.find(({ name, kind }) => name === block && kind === 'weight')
  if (!parameter) return
  const layer = await layerOf(snapshot, parameter.layer)
  const { eigenvalues, meta } = await layerBlock(snapshot, layer, new AbortController().signal)
  const data = expected.map((value) => value - parameter.weightDecay).slice(0, eigenvalues.length)
  expectClose(eigenvalues, data, EIGENVALUES, `data Hessian of ${block} (${meta.method})`)
}

async function checkProducts(golden: GenericCase, snapshot: Snapshot): Promise<void> {
  const products = [
    ['total', golden.hvp_H],
    ['gaussNewton', golden.hvp_G],
    ['residual', golden.hvp_E],
  ] as const
  for (const [part, expected] of products) {
    if (!expected) continue
    const operator = snapshot.hessian(part)
    const product = new Float64Array(operator.n)
    await operator.apply(formulaVector(operator.n, golden.hvp_vector.phase), product)
    expectClose(product, expected, VALUES, `product of ${part}`)
  }
}

async function checkMetrics(golden: GenericCase, snapshot: Snapshot): Promise<void> {
  const layers = await snapshot.layers()
  const sizes = snapshot.split.classSizes
  for (const expected of golden.metrics) {
    const { input } = await layerOf(snapshot, expected.layer)
    const means = classMeans(input, sizes)
    const A = chainAbove(layers, expected.layer - 1)
    const actual = {
      trSW: trace(withinCovariance(input, sizes)),
      trSB: trace(betweenCovariance(input, sizes)),
      nc1_ratio: nc1Ratio(input, sizes),
      nc1_pinv: nc1(input, sizes),
      nc2_orthframe: nc2OrthogonalFrame(means),
      nc2_etf: nc2SimplexEtf(means),
      nc3_A_vs_means: nc3(A, means),
      nc3_A_vs_centred_means: nc3(A, centredMeans(means)),
    }
    for (const [name, value] of Object.entries(actual)) {
      expectClose(value, z.number().parse(Object(expected)[name]), METRICS, `layer ${expected.layer}, ${name}`)
    }
    const gram = matmul(means, means, { transposeA: true })
    expectClose(gram.data, expected.class_mean_gram.flat(), METRICS, `layer ${expected.layer}, class_mean_gram`)
  }
}

async function checkDecomposition(golden: GenericCase, snapshot: Snapshot): Promise<void> {
  for (const expected of golden.G_decomposition) {
    const terms = await layerDecomposition(snapshot, expected.layer)
    const parts: [string, Matrix | null, number[] | undefined][] = [
      ['G_class', terms.class, expected.G_class_top],
      ['G_cross', terms.cross, expected.G_cross_top],
      ['G_within', terms.within, expected.G_within_top],
      ['G_same', terms.same, expected.G_same_top],
    ]
    const traces: number[] = []
    for (const [name, factor, top] of parts) {
      if (!factor || !top) continue
      const eigenvalues = gramSpectrum(factor)
      traces.push(eigenvalues.reduce((sum, value) => sum + value, 0))
      expectClose(eigenvalues.subarray(0, top.length), top, EIGENVALUES, `layer ${expected.layer}, ${name}`)
    }
    expectClose(traces, expected.traces, EIGENVALUES, `layer ${expected.layer}, traces`)
  }
}

async function checkFractions(golden: GenericCase, snapshot: Snapshot): Promise<void> {
  const [data, total] = [await snapshot.dataGradient(), await totalGradient(snapshot)]
  for (const { layer, k, data_grad_fraction, full_grad_fraction } of golden.grad_in_topk_layer_hessian) {
    const block = await layerBlock(snapshot, await layerOf(snapshot, layer), new AbortController().signal)
    const top = Array.from({ length: k }, (_, rank) => block.eigenvector(rank))
    const name = `W${layer}`
    expectClose(subspaceFraction(top, data[name]!), data_grad_fraction, EIGENVALUES, `${name}, data_grad_fraction`)
    expectClose(subspaceFraction(top, total[name]!), full_grad_fraction, EIGENVALUES, `${name}, full_grad_fraction`)
  }
}

async function checkSteps(rule: string, steps: GenericCase['gd']['steps'], training: Training): Promise<void> {
  for (const expected of steps) {
    while (training.step < expected.step) training.advance()
    const snapshot = training.snapshot()
    const { data, regularisation } = await snapshot.loss()
    const at = `${rule}, step ${expected.step}`
    const blocks = Object.values(await snapshot.parameters())
    expectClose(data + regularisation, expected.loss, VALUES, `${at}, loss`)
    expectClose(blocks[0]!.subarray(0, 3), expected.first3, VALUES, `${at}, first3`)
    expectClose(blocks.at(-1)!.slice(-3), expected.last3, VALUES, `${at}, last3`)
    if (expected.param_norm === undefined) continue
    expectClose(Math.hypot(...blocks.flatMap((block) => [...block])), expected.param_norm, VALUES, `${at}, param_norm`)
  }
}

async function layerOf(snapshot: Snapshot, layer: number): Promise<LayerState> {
  const found = (await snapshot.layers()).find((candidate) => candidate.layer === layer)
  if (!found) throw new Error(`The model has no layer ${layer}.`)
  return found
}

function trace({ rows, cols, data }: Matrix): number {
  return Array.from({ length: rows }, (_, i) => data[i * cols + i]!).reduce((sum, value) => sum + value, 0)
}

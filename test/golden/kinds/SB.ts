import { z } from 'zod'
import { singularValues } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import type { LayerState } from '#main/core/snapshot'
import { balancedness } from '#main/probes/balancedness'
import { betweenCovariance } from '#main/probes/betweenCovariance'
import { discrimination } from '#main/probes/discrimination'
import { lineFit } from '#shared/lineFit'
import { nc1 } from '#main/probes/nc1'
import { ratiosOf } from '#main/probes/ratiosOf'
import { separation } from '#main/probes/separation'
import { weightMatrices } from '#main/probes/weightMatrices'
import { withinCovariance } from '#main/probes/withinCovariance'
import { linearModel } from '#main/systems/linear-network/linearModel'
import { withSnapshot, withTraining, type Start } from '#main/systems/linear-network/withTraining'
import { alignedNetwork } from '#main/systems/progressive-collapse/alignedNetwork'
import { balancedClasses } from '#main/systems/progressive-collapse/classData'
import { alignedRatio, inputSeparation, separationBound } from '#main/systems/progressive-collapse/theory'
import { expectClose } from '../../helpers/expectClose'
import { numbers } from '../ufmCase'
import { expectGolden, expectRatio, house, namedWeights, scaledBy, TOLERANCE, topRows } from '../waves'

export const topic = '05'

const sizes = { K: z.int(), n: z.int(), L: z.int(), eps: z.number(), s0: z.number() }
const alignedSchema = z.object({
  inputs: z.object(sizes),
  outputs: z.object({
    D: numbers,
    D_pred: numbers,
    tr_SW: numbers,
    tr_SB: numbers,
    nc1_trace_form: numbers,
    bound_ratio: z.number(),
    balance_last: z.number(),
    balance_pred: z.number(),
    disc: numbers,
  }),
})
const trainedSchema = z.object({
  inputs: z.object({ ...sizes, eta: z.number(), T: z.int() }),
  outputs: z.object({
    checkpoints: z.array(
      z.object({
        t: z.int(),
        loss: z.number(),
        D: numbers,
        nc1: numbers,
        disc: numbers,
        balance: numbers,
        sv: z.array(numbers),
      }),
    ),
    final_ratio: numbers,
    ideal_ratio: z.number(),
    bound_ratio: z.number(),
    slope_logD: z.number(),
    pearson_logD: z.number(),
  }),
})
const schema = z.union([trainedSchema, alignedSchema])

/** Golden kind `S-B`: separation and discrimination over depth, of the aligned network and of trained ones. */
export function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  return 'checkpoints' in golden.outputs
    ? checkTrained(trainedSchema.parse(golden))
    : checkAligned(alignedSchema.parse(golden))
}

async function checkAligned({ inputs, outputs }: z.infer<typeof alignedSchema>): Promise<void> {
  const { K, n, L: depth, eps: initScale, s0 } = inputs
  const d = K * n
  const X = house(d, s0)
  const frames = Array.from({ length: depth - 1 }, (_, i) => house(d, s0 + 11 * (i + 1)))
  const weights = alignedNetwork({ K, n, depth, initScale }, X, frames)
  const ratio = alignedRatio({ n, depth, initScale })
  const predicted = outputs.D_pred.map((_, l) => inputSeparation({ K, n }) * ratio ** l)
  predicted.forEach((D, l) => expectRatio(D, outputs.D_pred[l]!, `D_pred ${l}`))
  expectGolden(separationBound({ K, initScale }), outputs.bound_ratio, 'bound_ratio')
  const [below, last] = [weights.at(-2)!, weights.at(-1)!]
  expectGolden(balancedness(last, below, { above: 1, below: 1 }), outputs.balance_last, 'balance_last')
  expectGolden(initScale ** 2 * Math.sqrt(d - K), outputs.balance_pred, 'balance_pred')
  await withSnapshot(startOf(weights, X, K), async (snapshot) => {
    const layers = await snapshot.layers()
    expectProfile(layers, snapshot.split.classSizes, { ...outputs, nc1: outputs.nc1_trace_form }, 'aligned')
    layers.forEach(({ input }, l) => {
      const { classSizes } = snapshot.split
      expectGolden(trace(withinCovariance(input, classSizes)), outputs.tr_SW[l]!, `tr_SW ${l}`)
      expectGolden(trace(betweenCovariance(input, classSizes)), outputs.tr_SB[l]!, `tr_SB ${l}`)
    })
    // Y is fitted exactly: half the squares of rounding errors.
    expectClose((await snapshot.loss()).data, 0, { atol: 1e-18 }, 'loss')
  })
}

async function checkTrained({ inputs, outputs }: z.infer<typeof trainedSchema>): Promise<void> {
  const { K, n, L: depth, eps: initScale, eta, s0 } = inputs
  const d = K * n
  const weights = Array.from({ length: depth }, (_, i) => {
    const Q = house(d, s0 + 10 * i)
    return scaledBy(i === depth - 1 ? topRows(Q, K) : Q, initScale)
  })
  expectGolden(alignedRatio({ n, depth, initScale }), outputs.ideal_ratio, 'ideal_ratio')
  expectGolden(separationBound({ K, initScale }), outputs.bound_ratio, 'bound_ratio')
  const start = startOf(weights, house(d, s0 + 101), K)
  await withTraining(start, { learningRate: eta }, async (training) => {
    for (const { t, ...expected } of outputs.checkpoints) {
      while (training.step < t) training.advance()
      const snapshot = training.snapshot()
      expectGolden((await snapshot.loss()).data, expected.loss, `loss at ${t}`)
      expectProfile(await snapshot.layers(), snapshot.split.classSizes, expected, `step ${t}`)
      const now = weightMatrices(start.model, await snapshot.parameters())
      now.forEach((W, i) => expectClose(singularValues(W), expected.sv[i]!, TOLERANCE, `sv of W${i + 1} at ${t}`))
      expected.balance.forEach((balance, i) => {
        const value = balancedness(now[i + 1]!, now[i]!, { above: 1, below: 1 })
        expectGolden(value, balance, `balance ${i} at ${t}`)
      })
    }
    while (training.step < inputs.T) training.advance()
    const { classSizes } = training.snapshot().split
    const D = (await training.snapshot().layers()).map(({ input }) => separation(input, classSizes))
    ratiosOf(D).forEach((ratio, l) => expectRatio(ratio, outputs.final_ratio[l]!, `final_ratio ${l}`))
    const { slope, correlation } = lineFit(D.map(Math.log))
    expectGolden(slope, outputs.slope_logD, 'slope_logD')
    expectGolden(correlation, outputs.pearson_logD, 'pearson_logD')
  })
}

function startOf(weights: readonly Matrix[], X: Matrix, K: number): Start {
  const widths = [X.rows, ...weights.map(({ rows }) => rows)]
  return { model: linearModel({ widths, weightDecay: 0 }), data: balancedClasses(X, K), initial: namedWeights(weights) }
}

/** D, NC1 without its 1/K, and discrimination of the features that enter each layer. */
function expectProfile(
  layers: readonly LayerState[],
  classSizes: readonly number[],
  expected: { D: number[]; nc1: number[]; disc: number[] },
  place: string,
): void {
  layers.forEach(({ input }, l) => {
    expectRatio(separation(input, classSizes), expected.D[l]!, `D ${l}, ${place}`)
    expectRatio(classSizes.length * nc1(input, classSizes), expected.nc1[l]!, `nc1 ${l}, ${place}`)
    expectGolden(discrimination(input, classSizes), expected.disc[l]!, `disc ${l}, ${place}`)
  })
}

function trace({ rows, data }: Matrix): number {
  return data.reduce((sum, value, at) => sum + (at % (rows + 1) === 0 ? value : 0), 0)
}

import { z } from 'zod'
import { identity, matmul, norm, singularValues } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import type { Snapshot } from '#main/core/snapshot'
import { blockFrames, invarianceResidual } from '#main/probes/invariantBlock'
import { weightMatrices } from '#main/probes/weightMatrices'
import { denseSpectrum } from '#main/spectra/index'
import { balancedHessianEigenvalues, largestStableRate } from '#main/systems/linear-network/balancedMinimum'
import { linearModel } from '#main/systems/linear-network/linearModel'
import { withSingularValues } from '#main/systems/linear-network/lowRankMatrix'
import { regressionData, withConditionNumber } from '#main/systems/linear-network/regression'
import { rhoOf } from '#main/systems/linear-network/rho'
import { withSnapshot, withTraining, type Start } from '#main/systems/linear-network/withTraining'
import { expectClose } from '../../helpers/expectClose'
import { numbers } from '../ufmCase'
import {
  expectEigenvalues,
  expectGolden,
  house,
  leftColumns,
  namedWeights,
  projectorRow,
  scaledBy,
  sinmat,
  TOLERANCE,
  topRows,
} from '../waves'

export const topic = '05'

const hessianSchema = z.object({
  inputs: z.object({
    dims: z.array(z.int()),
    N: z.int(),
    scW: z.number(),
    phW: z.number(),
    scX: z.number(),
    phX: z.number(),
    scY: z.number(),
    phY: z.number(),
    eta: z.number(),
    lam: z.number(),
  }),
  outputs: z.object({
    loss: z.number(),
    grad_norms: numbers,
    grad_first_row: z.array(numbers),
    hessian_eigs: numbers,
    gauss_newton_eigs: numbers,
    residual_part_eigs: numbers,
    layer_hessian_eigs: z.array(numbers),
    hvp: numbers,
    vHv: z.number(),
    trace: z.number(),
    gd_losses: numbers,
  }),
})

const blockSizes = {
  d: z.int(),
  d_y: z.int(),
  r: z.int(),
  L: z.int(),
  s0: z.number(),
  svals: numbers,
}
const checkpoint = z.object({
  t: z.int(),
  loss: z.number(),
  rho: z.number().optional(),
  sv: z.array(numbers),
  W1_00: z.number(),
  invariance_max_abs: z.number().optional(),
  end_to_end_fro: z.number(),
})
const trajectorySchema = z.object({
  inputs: z.object({
    ...blockSizes,
    eps: z.number(),
    eta: z.number(),
    lam: z.number(),
    beta: z.number(),
    xdiag: z.number().nullable(),
  }),
  outputs: z.object({
    dim_N: z.int().optional(),
    projector_N_first_row: numbers.optional(),
    checkpoints: z.array(checkpoint),
  }),
})
const minimumSchema = z.object({
  inputs: z.object(blockSizes),
  outputs: z.object({
    hessian_eigs: numbers,
    predicted: numbers,
    lambda_max_pred: z.number(),
    eta_max: z.number(),
    rank_pred: z.int(),
  }),
})
const schema = z.union([hessianSchema, trajectorySchema, minimumSchema])

/** Golden kind `S-A`: Hessians of a linear network, the law of parsimony along trajectories, balanced minima. */
export function check(given: unknown): Promise<void> {
  const golden = schema.parse(given)
  if ('hessian_eigs' in golden.outputs) {
    return 'dims' in golden.inputs
      ? checkHessian(hessianSchema.parse(golden))
      : checkBalancedMinimum(minimumSchema.parse(golden))
  }
  return checkTrajectory(trajectorySchema.parse(golden))
}

async function checkHessian({ inputs, outputs }: z.infer<typeof hessianSchema>): Promise<void> {
  const { dims, N, eta, lam } = inputs
  const start: Start = {
    model: linearModel({ widths: dims, weightDecay: lam }),
    data: {
      train: {
        inputs: sinmat(dims[0]!, N, inputs.scX, inputs.phX),
        targets: sinmat(dims.at(-1)!, N, inputs.scY, inputs.phY),
        classSizes: [N],
      },
      test: null,
    },
    initial: namedWeights(dims.slice(1).map((rows, i) => sinmat(rows, dims[i]!, inputs.scW, inputs.phW + i))),
  }
  await withTraining(start, { learningRate: eta }, async (training) => {
    const snapshot = training.snapshot()
    expectGolden((await snapshot.loss()).data, outputs.loss, 'loss')
    const gradient = await snapshot.dataGradient()
    const names = start.model.parameters.map(({ name }) => name)
    expectClose(names.map((name) => norm(gradient[name]!)), outputs.grad_norms, TOLERANCE, 'grad_norms') // prettier-ignore
    names.forEach((name, i) => {
      expectClose(gradient[name]!.subarray(0, dims[i]!), outputs.grad_first_row[i]!, TOLERANCE, `gradient of ${name}`)
    })
    const eigenvalues = async (...which: Parameters<Snapshot['hessian']>) =>
      (await denseSpectrum(snapshot.hessian(...which))).values
    expectEigenvalues(await eigenvalues('data'), outputs.hessian_eigs, 'hessian_eigs')
    expectEigenvalues(await eigenvalues('gaussNewton'), outputs.gauss_newton_eigs, 'gauss_newton_eigs')
    expectEigenvalues(await eigenvalues('residual'), outputs.residual_part_eigs, 'residual_part_eigs')
    for (const [i, name] of names.entries()) {
      expectEigenvalues(await eigenvalues('data', [name]), outputs.layer_hessian_eigs[i]!, `layer ${i + 1}`)
    }
    const operator = snapshot.hessian('data')
    const v = Float64Array.from({ length: operator.n }, (_, k) => Math.cos(k))
    const product = new Float64Array(operator.n)
    await operator.apply(v, product)
    expectClose(product, outputs.hvp, TOLERANCE, 'hvp')
    expectGolden(v.reduce((sum, x, k) => sum + x * product[k]!, 0), outputs.vHv, 'vHv') // prettier-ignore
    expectGolden(
      (await eigenvalues('data')).reduce((sum, x) => sum + x, 0),
      outputs.trace,
      'trace',
    )
    for (const [i, loss] of outputs.gd_losses.entries()) {
      training.advance()
      expectGolden((await training.snapshot().loss()).data, loss, `gd_losses ${i}`)
    }
  })
}

async function checkTrajectory({ inputs, outputs }: z.infer<typeof trajectorySchema>): Promise<void> {
  const { d, d_y, L, eps, eta, lam, beta, s0, xdiag } = inputs
  const map = targetMap(inputs)
  const whitened = house(d, s0 + 101)
  const weights = Array.from({ length: L }, (_, i) => {
    const Q = house(d, s0 + 10 * i)
    return scaledBy(i === L - 1 ? topRows(Q, d_y) : Q, eps)
  })
  const model = linearModel({ widths: [...Array<number>(L).fill(d), d_y], weightDecay: lam })
  const data = regressionData(map, xdiag === null ? whitened : withConditionNumber(whitened, xdiag))
  const outputCase = d_y === d ? 2 : 1
  const rhoAt = rhoOf({ outputCase, depth: L, initScale: eps, learningRate: eta, weightDecay: lam, momentum: beta })
  const frames = xdiag === null ? blockFrames(map, weights, eps) : null
  if (frames && outputs.dim_N !== undefined) {
    expectClose(frames.block[0]!.cols, outputs.dim_N, {}, 'dim_N')
    expectClose(projectorRow(frames.block[0]!), outputs.projector_N_first_row ?? [], TOLERANCE, 'projector_N')
  }
  await withTraining(
    { model, data, initial: namedWeights(weights) },
    { learningRate: eta, momentum: beta },
    async (training) => {
      for (const { t, ...expected } of outputs.checkpoints) {
        while (training.step < t) training.advance()
        const snapshot = training.snapshot()
        const now = weightMatrices(model, await snapshot.parameters())
        expectGolden((await snapshot.loss()).data, expected.loss, `loss at ${t}`)
        now.forEach((W, i) => expectClose(singularValues(W), expected.sv[i]!, TOLERANCE, `sv of W${i + 1} at ${t}`))
        expectGolden(now[0]!.data[0]!, expected.W1_00, `W1_00 at ${t}`)
        const product = now.reduce((below, W) => matmul(W, below))
        expectGolden(norm(product.data), expected.end_to_end_fro, `end_to_end_fro at ${t}`)
        if (!frames || expected.rho === undefined) continue
        expectGolden(rhoAt(t), expected.rho, `rho at ${t}`)
        // The file's own bound on the same quantity.
        expectClose(invarianceResidual(frames, now, rhoAt(t)), 0, { atol: 1e-12 }, `invariance at ${t}`)
      }
    },
  )
}

async function checkBalancedMinimum({ inputs, outputs }: z.infer<typeof minimumSchema>): Promise<void> {
  const { d, d_y, L, svals, s0 } = inputs
  const widths = [...Array<number>(L).fill(d), d_y]
  const frames = widths.map((width, l) => house(width, s0 + 7 * l))
  const roots = svals.map((s) => s ** (1 / L))
  const weights = widths.slice(1).map((_, i) => {
    const [above, below] = [leftColumns(frames[i + 1]!, roots.length), leftColumns(frames[i]!, roots.length)]
    return withSingularValues(above, roots, below)
  })
  const data = regressionData(
    weights.reduce((below, W) => matmul(W, below)),
    identity(d),
  )
  const predicted = balancedHessianEigenvalues(svals, widths)
  expectEigenvalues(predicted, outputs.predicted, 'predicted')
  expectGolden(predicted[0]!, outputs.lambda_max_pred, 'lambda_max_pred')
  expectGolden(largestStableRate(Math.max(...svals), L), outputs.eta_max, 'eta_max')
  expectClose(predicted.filter((value) => value > 0).length, outputs.rank_pred, {}, 'rank_pred')
  await withSnapshot(
    { model: linearModel({ widths, weightDecay: 0 }), data, initial: namedWeights(weights) },
    async (snapshot) => {
      const { values } = await denseSpectrum(snapshot.hessian('data'))
      expectEigenvalues(values, outputs.hessian_eigs, 'hessian_eigs')
      expectEigenvalues(values, [...predicted], 'computed against the formula')
    },
  )
}

/** Φ = house(d_y, s0+202)[:, :r] diag(svals) house(d, s0+303)[:, :r]ᵀ */
function targetMap({
  d,
  d_y,
  r,
  s0,
  svals,
}: {
  d: number
  d_y: number
  r: number
  s0: number
  svals: number[]
}): Matrix {
  return withSingularValues(leftColumns(house(d_y, s0 + 202), r), svals, leftColumns(house(d, s0 + 303), r))
}

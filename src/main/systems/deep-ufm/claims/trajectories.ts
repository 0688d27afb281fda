import { z } from 'zod'
import type { ClaimCheck } from '#shared/records'
import { parseWith } from '#shared/spec'
import { singularValues } from '#main/compute/linalg/index'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import type { Snapshot } from '#main/core/snapshot'
import type { ExactClaim } from '#main/core/system'
import { kroneckerFactors } from '#main/probes/kroneckerFactors'
import { totalGradientNorm } from '#main/probes/gradientNorm'
import { kroneckerSpectrum } from '#main/spectra/index'
import { constantRate } from '#main/train/schedules'
import type { UfmConfig } from '../config'
import type { UfmVariant } from '../model'
import { atMost, relativeDifference } from '../../claimChecks'
import { formulaParameters, type Wave } from '../formulaParameters'
import reference from './referenceTrajectories.json'
import { LINEAR_MSE, withTraining } from './withTraining'

const numbers = z.array(z.number())
/** One row of a reference file: the state at one step. */
export const rowSchema = z.object({
  step: z.int().min(0),
  loss: z.number(),
  grad_norm: z.number(),
  W2_sv_top: numbers,
  layer2_data_hessian_top: numbers,
})
const referenceSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      K: z.int(),
      n: z.int(),
      widths: z.array(z.int()),
      lam_H: z.number(),
      lam_W: numbers,
      lr: z.number(),
      init: z.array(z.object({ amp: z.number(), phase: z.number() })),
      rows: z.array(rowSchema),
    }),
  ),
})

/** State of a reference run at one step. Empty lists are not compared. */
export type TrajectoryRow = z.infer<typeof rowSchema>

/** A run of gradient descent from formula parameters, and what it should pass through. */
export interface ReferenceTrajectory {
  readonly name: string
  readonly config: UfmConfig
  readonly variant: UfmVariant
  readonly learningRate: number
  readonly init: readonly Wave[]
  readonly rows: readonly TrajectoryRow[]
}

/** Gradient descent without random numbers against rows made by another implementation. */
export const trajectoryClaim: ExactClaim = {
  kind: 'exact',
  demo: true,
  id: '01.C15',
  title: 'Gradient descent follows the reference trajectories',
  source: 'Theory note 01, section 6, C15 (golden cases tr1 and tr3)',
  async check() {
    const { cases } = parseWith(referenceSchema, reference, 'referenceTrajectories.json')
    const checks: ClaimCheck[] = []
    for (const { name, K, n, widths, lam_H: lamH, lam_W: lamW, lr: learningRate, init, rows } of cases) {
      const config = { K, n, widths, lamH, lamW }
      checks.push(...(await checkTrajectory({ name, config, variant: LINEAR_MSE, learningRate, init, rows })))
    }
    return checks
  },
}

/** Relative differences of loss, gradient norm, W_2's singular values and layer 2's data eigenvalues at every row. */
export function checkTrajectory(trajectory: ReferenceTrajectory): Promise<ClaimCheck[]> {
  const { config, variant, learningRate, init, rows } = trajectory
  const state = { config, variant, parameters: formulaParameters(config, init) }
  return withTraining(
    state,
    { learningRate: constantRate(learningRate), optimiser: GRADIENT_DESCENT },
    async (training) => {
      const checks: ClaimCheck[] = []
      for (const row of rows) {
        while (training.step < row.step) training.advance()
        const measured = await measureRow(training.snapshot(), row)
        const tolerance = row.step <= 100 ? 1e-9 : 1e-6
        for (const [label, values, expected] of measured) {
          const relative = relativeDifference(values, expected)
          checks.push(atMost(`${trajectory.name}, step ${row.step}: ${label}, relative`, relative, tolerance))
        }
      }
      return checks
    },
  )
}

type Comparison = readonly [label: string, measured: ArrayLike<number>, expected: readonly number[]]

async function measureRow(snapshot: Snapshot, row: TrajectoryRow): Promise<Comparison[]> {
  const { data, regularisation } = await snapshot.loss()
  const comparisons: Comparison[] = [
    ['loss', [data + regularisation], [row.loss]],
    ['gradient norm', [await totalGradientNorm(snapshot)], [row.grad_norm]],
  ]
  const layers = await snapshot.layers()
  const second = layers[1]
  if (second && row.W2_sv_top.length > 0) {
    const values = singularValues(second.weight).subarray(0, row.W2_sv_top.length)
    comparisons.push(['singular values of W₂', values, row.W2_sv_top])
  }
  if (second && row.layer2_data_hessian_top.length > 0) {
    const { P, Q } = kroneckerFactors(layers, second, 1 / second.input.cols)
    const values = kroneckerSpectrum(P, Q).values.subarray(0, row.layer2_data_hessian_top.length)
    comparisons.push(['data eigenvalues of layer 2', values, row.layer2_data_hessian_top])
  }
  return comparisons
}

import type { ClaimCheck } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { isBlockModel } from '#main/probes/blockModel'
import { blockFrames, invarianceResidual, SAME_VALUE } from '#main/probes/invariantBlock'
import { weightMatrices } from '#main/probes/weightMatrices'
import { atMost, within } from '../../claimChecks'
import { networkStart } from '../network'
import type { NetworkParams } from '../params'
import { withTraining } from '../withTraining'

/** Claims C1 and C3 of theory note 05. */
export const RESIDUAL_BOUND = 1e-12

/** Steps after which the block is looked at: 0, then ten times as many each, then the last. */
function checkpoints(steps: number): number[] {
  const early = [0, 1, 10, 100, 1000].filter((step) => step < steps)
  return [...early, steps]
}

/** The residual e over a run, and at its end how many singular values of each layer equal ρ. */
export function blockChecks(label: string, params: NetworkParams): Promise<ClaimCheck[]> {
  const start = networkStart(params, 0)
  const { model } = start
  if (!isBlockModel(model)) return Promise.resolve([within(`${label}: a block exists`, 0, 1, 0)])
  const { phi, rho } = model.invariantBlock
  return withTraining(start, params, async (training) => {
    const weightsNow = async () => weightMatrices(model, await training.snapshot().parameters())
    const frames = blockFrames(phi(), await weightsNow(), rho(0))
    let worst = 0
    for (const step of checkpoints(params.steps)) {
      while (training.step < step) training.advance()
      worst = Math.max(worst, invarianceResidual(frames, await weightsNow(), rho(step)))
    }
    const weights = await weightsNow()
    const expected = params.width - 2 * params.rank
    return [
      atMost(`${label}: largest e(t)`, worst, RESIDUAL_BOUND),
      ...weights.slice(0, frames.layers).map((W, i) => {
        const found = countEqual(W, rho(params.steps))
        return within(`${label}: singular values of W${i + 1} equal to ρ`, found, expected, 0)
      }),
    ]
  })
}

/** Number of singular values within 1e-6 of a value, relatively. */
export function countEqual(W: Matrix, value: number): number {
  return singularValues(W).filter((sigma) => Math.abs(sigma - value) <= SAME_VALUE * value).length
}

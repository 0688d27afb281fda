import type { Matrix } from '#main/compute/matrix'
import { recoveryError } from '#main/probes/recoveryError'
import { trainUntil } from '../../linear-network/trainUntil'
import { withTraining } from '../../linear-network/withTraining'
import type { CompletionParams } from '../params'
import { completionProblem, completionStart } from '../problem'

/** Product and loss after given steps, ascending. */
export function followProduct(
  params: CompletionParams,
  seed: number,
  steps: readonly number[],
): Promise<{ product: Matrix; loss: number }[]> {
  return withTraining(completionStart(params, seed), params, async (training) => {
    const rows = []
    for (const step of steps) {
      while (training.step < step) training.advance()
      const snapshot = training.snapshot()
      rows.push({ product: await snapshot.logits(), loss: (await snapshot.loss()).data })
    }
    return rows
  })
}

/** Iterations to a fraction of the initial loss. */
export function iterationsTo(fraction: number, params: CompletionParams, seed: number): Promise<number> {
  return withTraining(completionStart(params, seed), params, async (training) => {
    const { data } = await training.snapshot().loss()
    await trainUntil(training, { loss: fraction * data, atMost: 20_000 })
    return training.step
  })
}

/** Recovery error at the end, and the iterations (in steps of 50) until it was below 10 %; null if it never was. */
export async function recover(
  params: CompletionParams,
  seed: number,
): Promise<{ error: number; reached: number | null }> {
  const { phi } = completionProblem(params)
  return withTraining(completionStart(params, seed), params, async (training) => {
    let reached: number | null = null
    let error = Infinity
    while (training.step < params.steps) {
      for (let i = 0; i < 50 && training.step < params.steps; i++) training.advance()
      error = recoveryError(await training.snapshot().logits(), phi)
      if (error < 0.1) reached ??= training.step
    }
    return { error, reached }
  })
}

/** Milliseconds per training step, over at least `milliseconds`, after a first step that is not counted. */
export function stepTime(params: CompletionParams, milliseconds: number): Promise<number> {
  return withTraining(completionStart(params, 0), params, async (training) => {
    training.advance()
    const started = performance.now()
    let [steps, elapsed] = [0, 0]
    for (; elapsed < milliseconds || steps < 3; steps++) {
      training.advance()
      elapsed = performance.now() - started
    }
    return elapsed / steps
  })
}

import { LabError } from '#shared/errors'
import type { Prediction } from '#shared/records'
import { measuredSteps, type RunSpec } from '#shared/spec'
import type { Probe } from '../core/probe'
import type { Sink } from '../core/sink'
import type { Snapshot } from '../core/snapshot'
import type { StopRule } from '../core/system'
import { withPredictedCopies } from '../probes/copiesOf'
import { totalGradientNorm } from '../probes/gradientNorm'
import type { RunClock } from './runClock'

/** What a look at a run between its record points finds. */
export type Look = 'going' | 'converged' | 'diverged'

/** Steps that a run measures after `from`, up to the step it rests at; ascending. */
export function recordPoints(spec: RunSpec, steps: number, from: number, rest: number | null): readonly number[] {
  const points = new Set([...measuredSteps(spec, steps), ...(rest === null ? [] : [rest])])
  return [...points].filter((step) => step > from && step <= (rest ?? steps)).sort((a, b) => a - b)
}

/** The step at which a run rests before its end; null where it goes through. */
export function restOf(until: number | null | undefined, steps: number): number | null {
  return until !== null && until !== undefined && until < steps ? until : null
}

/** Whether the rule looks at this step; between its looks it costs nothing. */
export function isLook(step: number, rule: StopRule | undefined): boolean {
  return rule !== undefined && step % rule.every === 0
}

/** Asks the rule, and says in the log where it ends the run. A gradient that is not finite never becomes so again. */
export async function lookAt(snapshot: Snapshot, rule: StopRule | undefined, sink: Sink): Promise<Look> {
  const norm = await totalGradientNorm(snapshot)
  if (!Number.isFinite(norm)) {
    sink.log({ level: 'error', message: `Diverged: ‖∇L‖ at step ${snapshot.step} is ${norm}.` })
    return 'diverged'
  }
  if (!rule || norm >= rule.gradientNorm) return 'going'
  sink.log({ level: 'info', message: `Converged at step ${snapshot.step}: ‖∇L‖ < ${rule.gradientNorm}.` })
  return 'converged'
}

/** What a run that diverges before its first record point reports; a state to go on from holds it too. */
export async function lossOf(snapshot: Snapshot): Promise<number> {
  const { data, regularisation } = await snapshot.loss()
  return data + regularisation
}

/**
 * Records what the clock says and the probes measure. Returns the loss; null where it is not finite, and nothing was measured.
 *
 * @param predictions what theory says of the trained state: copies found at the last step stand beside it
 */
export async function measureAll(
  probes: readonly Probe[],
  clock: RunClock,
  snapshot: Snapshot,
  sink: Sink,
  signal: AbortSignal,
  predictions: () => readonly Prediction[],
): Promise<number | null> {
  const loss = await lossOf(snapshot)
  if (!Number.isFinite(loss)) {
    sink.log({ level: 'error', message: `Diverged: the loss at step ${snapshot.step} is ${loss}.` })
    return null
  }
  for (const measurement of clock.at(snapshot.step)) sink.record({ meta: null, ...measurement, step: snapshot.step })
  const predicted = snapshot.isLast ? predictions() : []
  for (const probe of probes) await measure(probe, snapshot, sink, signal, predicted)
  return loss
}

/** A quantity that is undefined for a state (all class means equal, say) is logged and left out; the run goes on. */
async function measure(
  probe: Probe,
  snapshot: Snapshot,
  sink: Sink,
  signal: AbortSignal,
  predicted: readonly Prediction[],
): Promise<void> {
  try {
    for (const measurement of await probe.measure(snapshot, signal)) {
      sink.record({ meta: null, ...withPredictedCopies(measurement, predicted), step: snapshot.step })
    }
  } catch (thrown) {
    if (!(thrown instanceof LabError && thrown.code === 'degenerate')) throw thrown
    sink.log({ level: 'warning', message: `${probe.title} at step ${snapshot.step}: ${thrown.message}` })
  }
}

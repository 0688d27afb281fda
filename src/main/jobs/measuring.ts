import { LabError } from '#shared/errors'
import type { Prediction } from '#shared/records'
import type { Sink } from '../core/sink'
import type { Snapshot } from '../core/snapshot'
import type { StopRule } from '../core/system'
import { withPredictedCopies } from '../probes/copiesOf'
import { totalGradientNorm } from '../probes/gradientNorm'
import type { MeasuringCosts } from './measuringCosts'
import { POINT, type DueProbe, type ProbePlan } from './probePlan'
import type { RunClock } from './runClock'

/** What a look at a run between its record points finds. */
export type Look = 'going' | 'converged' | 'diverged'

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

/** What a measurement goes through. */
export interface Measuring {
  readonly plan: ProbePlan
  readonly costs: MeasuringCosts
  readonly clock: RunClock
  readonly sink: Sink
  readonly signal: AbortSignal
  /** What theory says of the trained state: copies found at the last step stand beside it. */
  predictions(): readonly Prediction[]
}

/** Records what the clock says and the probes measure. Returns the loss; null where it is not finite, and nothing was measured. */
export async function measureAll(snapshot: Snapshot, measuring: Measuring): Promise<number | null> {
  const { plan, costs, clock, sink } = measuring
  let started = performance.now()
  const spend = (costClass: string) => costs.add(costClass, (performance.now() - started) / 1000)
  const loss = await lossOf(snapshot)
  if (!Number.isFinite(loss)) {
    sink.log({ level: 'error', message: `Diverged: the loss at step ${snapshot.step} is ${loss}.` })
    return null
  }
  for (const measurement of clock.at(snapshot.step)) sink.record({ meta: null, ...measurement, step: snapshot.step })
  spend(POINT)
  const predicted = snapshot.isLast ? measuring.predictions() : []
  for (const due of plan.dueAt(snapshot.step, snapshot.isLast)) {
    started = performance.now()
    await measure(due, snapshot, measuring, predicted)
    spend(due.costClass)
  }
  return loss
}

/** A quantity that is undefined for a state (all class means equal, say) is logged and left out; the run goes on. */
async function measure(
  { probe, isAsked }: DueProbe,
  snapshot: Snapshot,
  { sink, signal }: Measuring,
  predicted: readonly Prediction[],
): Promise<void> {
  try {
    for (const measurement of await probe.measure(snapshot, signal, isAsked)) {
      sink.record({ meta: null, ...withPredictedCopies(measurement, predicted), step: snapshot.step })
    }
  } catch (thrown) {
    if (!(thrown instanceof LabError && thrown.code === 'degenerate')) throw thrown
    sink.log({ level: 'warning', message: `${probe.title} at step ${snapshot.step}: ${thrown.message}` })
  }
}

import type { SweepId } from '#shared/ids'
import type { SweepStrategy } from '#shared/sweep'
import type { Project } from '../store/project'
import type { StoredRun } from '../store/runs'

export type Halving = Extract<SweepStrategy, { kind: 'halving' }>

/**
 * The step at which a run of successive halving rests next, null when it goes to its end: firstSteps · factor^r for the
 * smallest r that lies beyond `step`, while that is below `steps`.
 */
export function nextRung({ firstSteps, factor }: Pick<Halving, 'firstSteps' | 'factor'>, step: number, steps: number) {
  let rung = firstSteps
  while (rung <= step) rung *= factor
  return rung < steps ? rung : null
}

/** The part of all steps that is taken when each rung keeps 1/factor of its runs, and at least one. */
export function halvingShare(strategy: Halving, runs: number, steps: number): number {
  let [taken, from, left] = [0, 0, runs]
  for (;;) {
    const rung = nextRung(strategy, from, steps)
    taken += left * ((rung ?? steps) - from)
    if (rung === null) return taken / (runs * steps)
    from = rung
    left = survivors(left, strategy.factor)
  }
}

/**
 * Decides a rung once all open runs of the sweep have come to rest: the best 1/factor of them by their last value of the
 * metric (a missing or undefined one is worst, equal ones stay in the order of the sweep) go on from their states, the
 * others end. Runs that ended before, by convergence or divergence, are not counted. The log of every run says how it
 * was decided. Belongs in the transaction of the last run's rest, so that no interruption can lose or repeat it.
 */
export function decideRung(project: Project, sweepId: SweepId, at: number): void {
  const { strategy } = project.sweeps.get(sweepId).spec
  const resting = strategy.kind === 'halving' ? project.sweeps.resting(sweepId) : null
  if (strategy.kind !== 'halving' || !resting || resting.length === 0) return
  const { metric, direction, factor } = strategy
  const ranked = resting
    .map((id) => ({ run: project.runs.get(id), value: project.records.lastValues(id)[metric] ?? NaN }))
    .sort((a, b) => badness(a.value, direction) - badness(b.value, direction) || placeOf(a.run) - placeOf(b.run))
  const kept = survivors(ranked.length, factor)
  ranked.forEach(({ run, value }, rank) => {
    const place = `Halving at step ${run.step}: ${metric} ${value}, ${rank + 1} of ${ranked.length}`
    if (rank < kept) {
      const next = nextRung(strategy, run.step, run.steps)
      project.log.add(run.id, {
        time: at,
        level: 'info',
        message: `${place}. It goes on to step ${next ?? run.steps}.`,
      })
      return project.runs.goOnTo(run.id, next)
    }
    project.log.add(run.id, { time: at, level: 'info', message: `${place}. The best ${kept} go on; it ends here.` })
    project.runs.end(run.id, { status: 'cancelled', step: null, error: null, at })
    project.records.compact(run.id)
  })
}

function survivors(runs: number, factor: number): number {
  return Math.max(1, Math.floor(runs / factor))
}

function badness(value: number, direction: Halving['direction']): number {
  if (Number.isNaN(value)) return Number.MAX_VALUE
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, direction === 'min' ? value : -value))
}

function placeOf({ sweep }: StoredRun): number {
  return sweep?.index ?? 0
}

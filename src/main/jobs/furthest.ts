import type { RunId, SweepId } from '#shared/ids'
import type { Project } from '../store/project'
import type { StoredRun } from '../store/runs'

/**
 * How far runs are in the time that they take, which their steps alone do not tell: see Progress.fraction. Kept while a
 * run rests, so that a pause does not move its bar; a restart of the service forgets it.
 */
export class Furthest {
  readonly #known = new Map<RunId, { readonly run: StoredRun; readonly fraction: number }>()

  constructor(readonly runs: Pick<Project['runs'], 'get'>) {}

  /** From 0 to 1; null for a run that has not told. */
  fraction(id: RunId): number | null {
    return this.#known.get(id)?.fraction ?? null
  }

  /** No bar goes back. */
  advance(run: StoredRun, fraction: number): void {
    this.#known.set(run.id, { run, fraction: Math.max(fraction, this.fraction(run.id) ?? 0) })
  }

  /** It ended: completed, or cut off and behind where it was. */
  forget(id: RunId): void {
    this.#known.delete(id)
  }

  /** Steps by which the runs of a sweep, or all, are further than their stored steps say. */
  stepsAhead(sweepId?: SweepId): number {
    let ahead = 0
    for (const [id, { run, fraction }] of this.#known) {
      if (sweepId === undefined || run.sweep?.id === sweepId) ahead += fraction * run.steps - this.runs.get(id).step
    }
    return ahead
  }
}

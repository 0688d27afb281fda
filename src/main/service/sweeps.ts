import type { Handlers } from '#shared/contract/index'
import type { SweepRequests } from '#shared/contract/sweeps'
import { LabError } from '#shared/errors'
import type { RunId, SweepId } from '#shared/ids'
import { parseSweepSpec, type SweepSpec } from '#shared/sweep'
import { changeInTurns } from '../jobs/changeInTurns'
import type { Catalogue } from '../jobs/checkSpec'
import { withStorageAdvice } from '../jobs/diskGuard'
import { nextRung } from '../jobs/halving'
import type { Scheduler } from '../jobs/scheduler'
import { openSweep, planRuns, type PlannedRun } from '../jobs/sweepPlan'
import { previewSweep } from '../jobs/sweepPreview'
import type { SweepViews } from '../jobs/sweepViews'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import type { StoredSweep } from '../store/sweeps'
import { newRunId, newSweepId } from '../core/newIds'

export interface SweepServiceOptions {
  readonly project: Project
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly slots: number
  readonly views: SweepViews
  freeDiskBytes(): number
  /** Throws where the project is only read. */
  writing(): Scheduler
  /** Something about these runs is new, and about the sweep and the queue. */
  changed(runIds: readonly RunId[], sweepId: SweepId | null): void
}

/** Sweeps, queue and named specs. */
export function sweepHandlers(options: SweepServiceOptions): Pick<Handlers, keyof SweepRequests> {
  const { project, catalogue, clock, slots, views, writing, changed } = options

  async function start(draft: unknown): Promise<{ sweepId: SweepId; runs: number }> {
    const scheduler = writing()
    const { issues, opened } = openSweep(draft, catalogue)
    if (!opened) throw new LabError('bad-input', issues.map(({ message }) => message).join('\n'))
    const planned = await planRuns(opened, catalogue)
    const sweep = { id: newSweepId(), spec: opened.spec, createdAt: clock.now() }
    await store(sweep, planned)
    changed([], sweep.id)
    scheduler.wake()
    return { sweepId: sweep.id, runs: planned.length }
  }

  /** Stores a sweep with all of its runs, or nothing of it, in turns: there may be ten thousands of them. */
  async function store(sweep: Omit<StoredSweep, 'paused'>, planned: readonly PlannedRun[]): Promise<void> {
    project.sweeps.announce(sweep)
    try {
      await changeInTurns(project, planned, (run, index) => addRun(sweep, run, index))
      project.sweeps.arrived(sweep.id)
    } catch (thrown) {
      project.sweeps.withdraw(sweep.id)
      throw thrown
    }
  }

  function addRun({ id, spec: ofSweep, createdAt }: Omit<StoredSweep, 'paused'>, run: PlannedRun, index: number): void {
    const { spec, quantities, workload, shape } = run
    const { steps, flopsPerStep } = workload
    const place = { sweep: { id, index }, shape, until: firstRest(ofSweep, run) }
    project.runs.add({ id: newRunId(), spec, quantities, steps, flopsPerStep, createdAt, ...place })
  }

  /** Old runs leave their sweep for the bin; new ones take their places, one run after the other. */
  async function retryFailed(sweepId: SweepId): Promise<number> {
    const scheduler = writing()
    const { id } = project.sweeps.get(sweepId)
    const at = clock.now()
    let retried = 0
    await changeInTurns(
      project,
      project.sweeps.unsuccessful(id),
      (runId) => {
        const { sweep, ...run } = project.runs.get(runId)
        // Between two turns another request may have retried it, or gone on with it.
        if (sweep?.id !== id || (run.status !== 'failed' && run.status !== 'interrupted')) return
        project.sweeps.release(runId)
        project.runs.setBinned([runId], at)
        // Its sweep may have gone on without it: what is tried again goes to its end.
        project.runs.enqueue({ ...run, id: newRunId(), createdAt: at, sweep, until: null })
        retried++
      },
      (runIds) => changed(runIds, id),
    )
    scheduler.wake()
    return retried
  }

  function changeQueue(
    change: (scheduler: Scheduler) => void,
    runIds: readonly RunId[] = [],
    sweepId: SweepId | null = null,
  ) {
    const scheduler = writing()
    change(scheduler)
    changed(runIds, sweepId)
    scheduler.wake()
    return null
  }

  function pauseSweep(sweepId: SweepId, paused: boolean): null {
    const { id } = project.sweeps.get(sweepId)
    return changeQueue(
      (scheduler) => {
        project.queue.pauseSweep(id, paused)
        if (paused) scheduler.pause((run) => run.sweep?.id === id)
      },
      [],
      id,
    )
  }

  return {
    'sweep.preview': async ({ spec, rows, over }) =>
      withStorageAdvice(
        previewSweep(spec, { catalogue, calibration: project.calibration, slots, rows, over }),
        options.freeDiskBytes(),
      ),
    'sweep.start': async ({ spec }) => start(spec),
    'sweep.list': async () => views.summaries(),
    'sweep.get': async ({ sweepId }) => views.detail(sweepId),
    'sweep.cancel': async ({ sweepId }) => {
      const runIds = project.sweeps.openRuns(project.sweeps.get(sweepId).id)
      await writing().cancelAll(runIds, (cancelled) => changed(cancelled, sweepId))
      return null
    },
    'sweep.pause': async ({ sweepId }) => pauseSweep(sweepId, true),
    'sweep.resume': async ({ sweepId }) => pauseSweep(sweepId, false),
    'sweep.retryFailed': async ({ sweepId }) => ({ runs: await retryFailed(sweepId) }),
    'queue.list': async ({ offset, limit }) => views.queue(offset, limit),
    'queue.pause': async () =>
      changeQueue((scheduler) => {
        project.queue.pause(true)
        scheduler.pause(() => true)
      }),
    'queue.resume': async () => changeQueue(() => project.queue.pause(false)),
    'queue.hold': async ({ runIds }) => changeQueue((scheduler) => scheduler.hold(runIds, true), runIds),
    'queue.release': async ({ runIds }) => changeQueue((scheduler) => scheduler.hold(runIds, false), runIds),
    'queue.move': async ({ target, before }) => changeQueue(() => project.queue.move(target, before)),
    'queue.prioritise': async ({ target, priority }) => changeQueue(() => project.queue.prioritise(target, priority)),
    'specs.list': async () => project.sweeps.namedSpecs(),
    'specs.save': async ({ name, spec }) => {
      project.sweeps.saveSpec(name, parseSweepSpec(spec), clock.now())
      return null
    },
    'specs.delete': async ({ name }) => {
      project.sweeps.deleteSpec(name)
      return null
    },
  }
}

/** Where a run of successive halving rests first. */
function firstRest({ strategy }: SweepSpec, { workload }: PlannedRun): number | null {
  return strategy.kind === 'halving' ? nextRung(strategy, 0, workload.steps) : null
}

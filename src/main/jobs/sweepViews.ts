import type { QueueEntry, QueueView, SweepDetail, SweepSummary } from '#shared/contract/sweeps'
import type { RunId, SweepId } from '#shared/ids'
import { sweptPaths } from '#shared/sweep'
import type { Project } from '../store/project'
import type { Waiting } from '../store/queue'
import { NO_RUNS, type StoredSweep, type SweepProgress } from '../store/sweeps'
import type { RunViews } from './runViews'
import type { Scheduler } from './scheduler'

export interface SweepViews {
  summaries(): readonly SweepSummary[]
  detail(id: SweepId): SweepDetail
  queue(offset: number, limit: number): QueueView
}

/** What the views need to know of the scheduler. */
type Training = Pick<Scheduler, 'furthest' | 'stepsPerSecond' | 'training' | 'trouble'>

/** Sweeps and queue as views show them. @param scheduler null when the project is only read */
export function sweepViews(project: Project, scheduler: Training | null, runs: RunViews, slots: number): SweepViews {
  function summary(sweep: StoredSweep, progress: SweepProgress | undefined): SweepSummary {
    const { spec } = sweep
    const counts = progress?.counts ?? NO_RUNS
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    const rate = scheduler?.stepsPerSecond(sweep.id) ?? 0
    const ahead = scheduler?.furthest.stepsAhead(sweep.id) ?? 0
    return {
      id: sweep.id,
      name: spec.name,
      system: spec.base.system,
      strategy: spec.strategy.kind,
      paths: sweptPaths(spec),
      createdAt: sweep.createdAt,
      endedAt: counts.pending + counts.running > 0 ? null : (progress?.lastEndedAt ?? sweep.createdAt),
      runs: total,
      counts,
      paused: sweep.paused,
      steps: { done: (progress?.settledSteps ?? 0) + ahead, of: progress?.steps ?? 0 },
      secondsLeft: progress && rate > 0 ? Math.max(0, stepsLeft(progress) - ahead) / rate : null,
    }
  }

  function entry(runId: RunId, waiting: Waiting | null, batch: number): QueueEntry {
    const run = project.runs.get(runId)
    return {
      run: runs.summary(run),
      sweepId: run.sweep?.id ?? null,
      priority: waiting?.priority ?? 0,
      batch,
    }
  }

  return {
    summaries() {
      const progress = project.sweeps.progress()
      return project.sweeps.list().map((sweep) => summary(sweep, progress.get(sweep.id)))
    },

    detail(id) {
      const sweep = project.sweeps.get(id)
      const runIds = project.sweeps.runIds(id)
      return { ...summary(sweep, project.sweeps.progress(id).get(id)), spec: sweep.spec, runIds }
    },

    queue(offset, limit) {
      const training = scheduler?.training ?? []
      const rate = scheduler?.stepsPerSecond() ?? 0
      return {
        paused: project.queue.isPaused,
        trouble: scheduler?.trouble?.toData() ?? null,
        slots: [{ device: 'cpu', total: slots, busy: training.length }],
        running: training
          .flatMap((runIds) => runIds.map((runId) => ({ runId, batch: runIds.length })))
          .slice(0, limit)
          .map(({ runId, batch }) => entry(runId, null, batch)),
        waiting: project.queue.page(offset, limit).map((waiting) => entry(waiting.runId, waiting, 1)),
        waitingCount: project.queue.count(),
        secondsLeft: rate > 0 ? Math.max(0, openSteps(project) - (scheduler?.furthest.stepsAhead() ?? 0)) / rate : null,
      }
    },
  }
}

/** Runs that end on convergence take the fraction of their steps that those before them took. */
function stepsLeft({ steps, settledSteps, completed }: SweepProgress): number {
  return (steps - settledSteps) * (completed.of > 0 ? completed.steps / completed.of : 1)
}

/** Steps that all open runs still take, as far as one can tell. */
function openSteps(project: Project): number {
  const ofSweeps = [...project.sweeps.progress().values()].reduce((sum, progress) => sum + stepsLeft(progress), 0)
  return ofSweeps + project.runs.openStepsAlone()
}

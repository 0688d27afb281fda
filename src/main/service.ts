import { availableParallelism } from 'node:os'
import type { z } from 'zod'
import type { AppInfo, EventName, Events, Handlers, Method, Reply, Requests } from '#shared/contract/index'
import type { ProjectHealth } from '#shared/contract/project'
import { isMethod, requestSchemas } from '#shared/contract/schemas'
import { LabError, type ErrorData } from '#shared/errors'
import type { RunId, SweepId } from '#shared/ids'
import { parseWith } from '#shared/spec'
import { version } from '../../package.json'
import { terminalLog, type Log } from './core/log'
import type { System } from './core/system'
import { AnalysisDesk } from './jobs/analysisDesk'
import { acceptSpec, previewSpec, type Catalogue, type CheckedSpec } from './jobs/checkSpec'
import { ClaimDesk } from './jobs/claimDesk'
import { checkClaims } from './jobs/claims'
import { workerLimits } from './jobs/workerLimits'
import type { WorkerLimits } from './jobs/job'
import { estimate, measuringSpeedsOf, speedOf } from './jobs/cost'
import { storageAdvice, withStorageAdvice } from './jobs/diskGuard'
import { EventHub } from './jobs/eventHub'
import { groupingOf, type Grouping } from './jobs/grouping'
import { decideRung } from './jobs/halving'
import { runViews, systemInfo } from './jobs/runViews'
import { Scheduler, type SchedulerOptions } from './jobs/scheduler'
import { sweepViews } from './jobs/sweepViews'
import { withoutPaths } from './jobs/withoutPaths'
import type { StartWorker } from './jobs/workerHandle'
import { analysisHandlers } from './service/analysis'
import { claimHandlers } from './service/claims'
import { comparisonHandlers } from './service/comparisons'
import { dailyBackup } from './service/dailyBackup'
import { projectHandlers } from './service/project'
import { checkpointHandlers } from './service/checkpoints'
import { matrixHandlers } from './service/matrices'
import { newRunId } from './core/newIds'
import { SweepPulse } from './service/sweepPulse'
import { sweepResultHandlers } from './service/sweepResults'
import { sweepHandlers } from './service/sweeps'
import { runsHandlers } from './service/runs'
import { transferHandlers } from './service/transfer'
import { createUploads, uploadHandlers } from './service/uploads'
import { systemClock, type Clock } from './store/clock'
import { openProject } from './store/openProject'
import type { Project } from './store/project'
import type { StoredRun } from './store/runs'

export interface ServiceOptions extends Catalogue {
  readonly projectPath: string
  /** Look at the project, but start and change nothing. */
  readonly readOnly?: boolean
  readonly startWorker: StartWorker
  readonly clock?: Clock
  /** How many runs train at the same time; one core is left to the person by default. */
  readonly slots?: number
  /** Whether runs that an earlier service left interrupted go on by themselves; true when not given. */
  readonly resumes?: boolean
  /** Starts with the queue paused and leaves interrupted runs alone, because the last starts failed. */
  readonly isSafe?: boolean
  /** What a worker may do before it is ended, where that differs from what suits this machine. */
  readonly limits?: Partial<WorkerLimits>
  /** Left on the disk of the project; asked of the system when not given. */
  readonly freeDiskBytes?: () => number
  readonly host: AppInfo['host']
  /** What AppInfo says about the BLAS that jobs will use. */
  readonly blas: string
  readonly log?: Log
  /** A zip file for whoever looks for the cause of a trouble; see diagnosticsBundle. */
  readonly diagnostics?: (health: ProjectHealth) => Promise<Uint8Array>
}

export interface Service {
  readonly handlers: Handlers
  /** Returns what takes the listener away again. */
  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void
  /** Ends the workers, then closes the project; nothing is left running. */
  close(): Promise<void>
}

/**
 * The whole application without its window: store, queue and workers behind the contract.
 * @throws LabError when the project cannot be opened; see `openProject`
 */
export function createService(options: ServiceOptions): Service {
  const { projectPath, startWorker, systems, probes, clock = systemClock, readOnly = false, isSafe = false } = options
  const resumes = !isSafe && (options.resumes ?? true)
  const { log = terminalLog, diagnostics } = options
  const slots = options.slots ?? Math.max(1, availableParallelism() - 1)
  const project = openProject(projectPath, { clock, readOnly })
  const catalogue: Catalogue = { systems, probes, resources: { ...options.resources, matrices: project.matrices } }
  const events = new EventHub()
  const pulse = new SweepPulse(events, () => project.queue.count())
  const freeDiskBytes = options.freeDiskBytes ?? (() => project.health.freeDiskBytes())
  if (isSafe && project.readOnlyReason === null) project.queue.pause(true)
  const scheduler = project.readOnlyReason === null ? startScheduler() : null
  const views = runViews(project, scheduler, systems)
  const ofSweeps = sweepViews(project, scheduler, views, slots)

  function startScheduler(): Scheduler {
    try {
      return new Scheduler({
        project,
        startWorker,
        clock,
        slots,
        resumes,
        limits: { ...workerLimits(slots), ...options.limits },
        freeDiskBytes,
        groupingOf: (run, waiting) => groupingOfRun(run, waiting),
        onCompleted: (run, told) => conclude(project, systems.get(run.spec.system), run, told),
        onConcluded: ({ id, spec }) => desk?.startPlan(id, spec.analyses),
        onSettled: ({ sweep }) => {
          if (sweep) decideRung(project, sweep.id, clock.now())
        },
        onChanged: ({ id, sweep }) => changed([id], sweep?.id ?? null),
        onMeasured: (runId, step) => events.emit('run.measured', { runId, step }),
      })
    } catch (thrown) {
      project.close()
      throw thrown
    }
  }

  const uploads = createUploads()
  const desk =
    scheduler &&
    new AnalysisDesk({
      project,
      startWorker,
      clock,
      resumes,
      onChanged: (runId) => events.emit('analysis.changed', { runId }),
    })

  const claimDesk = scheduler && new ClaimDesk(startWorker)

  function changed(runIds: readonly RunId[], sweepId: SweepId | null): void {
    for (const runId of runIds) events.emit('run.changed', { runId })
    pulse.changed(sweepId)
  }

  function groupingOfRun({ spec }: StoredRun, waiting: number): Grouping {
    const { system, params, workload } = acceptSpec(spec, options)
    const secondsEach = estimate(spec, workload, project.calibration)?.seconds ?? 0
    return groupingOf({ system, params, workload }, { waiting, slots, secondsEach })
  }

  /** What there is only in a project that can be written. */
  function writable<T>(part: T | null): T {
    if (part) return part
    throw new LabError('storage', `Project "${project.name}" is open for reading only: ${project.readOnlyReason}`)
  }

  const writing = () => writable(scheduler)

  function enqueue({ spec, quantities, workload }: CheckedSpec): { runId: RunId } {
    const queue = writing()
    const runId = newRunId()
    const { steps, flopsPerStep } = workload
    project.runs.enqueue({ id: runId, spec, quantities, steps, flopsPerStep, createdAt: clock.now() })
    const advice = storageAdvice(estimate(spec, workload, project.calibration)?.bytes ?? 0, freeDiskBytes())
    if (advice !== null) project.log.add(runId, { time: clock.now(), level: 'warning', message: advice })
    changed([runId], null)
    queue.wake()
    return { runId }
  }

  function endedRun(runId: RunId, purpose: string): StoredRun {
    const run = project.runs.get(runId)
    if (run.status !== 'pending' && run.status !== 'running') return run
    throw new LabError('conflict', `Run ${runId} is ${run.status}. Cancel it or let it end first to ${purpose}.`)
  }

  const care = projectHandlers({
    project,
    clock,
    diagnostics,
    requireWriting: () => void writing(),
    onChanged: (runId) => events.emit('run.changed', { runId }),
  })
  const transfers = transferHandlers({
    project,
    uploads,
    clock,
    requireWriting: () => void writing(),
    onChanged: (runId) => changed([runId], project.runs.get(runId).sweep?.id ?? null),
  })
  const backup = scheduler && dailyBackup(project, clock, log)

  const handlers: Handlers = {
    ...care.handlers,
    'app.info': async () => ({
      version,
      host: options.host,
      projectName: project.name,
      readOnlyReason: project.readOnlyReason,
      blas: options.blas,
      slots,
      isSafe,
    }),
    'systems.list': async () => [...systems.values()].map((system) => systemInfo(system, project, { probes })),
    'spec.preview': async ({ spec }) =>
      withStorageAdvice(previewSpec(spec, catalogue, project.calibration), freeDiskBytes()),
    'run.start': async ({ spec }) => enqueue(acceptSpec(spec, catalogue)),
    'run.cancel': async ({ runId }) => {
      writing().cancel(project.runs.get(runId).id)
      return null
    },
    'run.repeat': async ({ runId }) => enqueue(acceptSpec(endedRun(runId, 'repeat it').spec, catalogue)),
    ...checkpointHandlers(project, writing),
    ...analysisHandlers({ project, systems, uploads, desk, writing: () => writable(desk) }),
    ...claimHandlers(project, clock, () => writable(claimDesk)),
    ...sweepResultHandlers(project, systems),
    ...sweepHandlers({ project, catalogue, clock, slots, views: ofSweeps, freeDiskBytes, writing, changed }),
    'run.get': async ({ runId }) => views.detail(runId),
    'run.series': async ({ runId, quantity, layer }) =>
      project.records.series(project.runs.get(runId).id, quantity, layer),
    'run.array': async ({ runId, quantity, layer, step }) =>
      project.records.atOrBefore(project.runs.get(runId).id, quantity, layer, step),
    'run.arrays': async ({ runId, quantity, layer }) =>
      project.records.arrays(project.runs.get(runId).id, quantity, layer),
    ...matrixHandlers(project, uploads, clock),
    ...uploadHandlers(uploads),
    ...transfers.handlers,
    ...comparisonHandlers(project, systems, clock),
    ...runsHandlers({ project, views, systems, probes, clock, changed: (runId) => changed([runId], null) }),
  }

  return {
    handlers,
    on: (event, listener) => events.on(event, listener),
    async close() {
      await Promise.all([
        desk?.close(),
        claimDesk?.close(),
        scheduler?.close(),
        care.close(),
        transfers.close(),
        backup?.close(),
      ])
      await uploads.close()
      pulse.close()
      events.close()
      project.close()
    },
  }
}

/**
 * Answers one request as it arrives from outside: the method and its input are checked, and every error comes back as
 * data without stack or paths.
 */
export async function dispatch(
  handlers: Handlers,
  method: unknown,
  input: unknown,
  log: Log = terminalLog,
): Promise<Reply<unknown>> {
  try {
    if (!isMethod(method)) {
      throw new LabError('bad-input', `Unknown request ${JSON.stringify(method)}. This version does not offer it.`)
    }
    return { ok: true, value: await answer(handlers, method, input) }
  } catch (thrown) {
    return { ok: false, error: publicError(thrown, String(method), log) }
  }
}

const schemas: { readonly [M in Method]: z.ZodType<Requests[M]['input']> } = requestSchemas

function answer<M extends Method>(handlers: Handlers, method: M, input: unknown): Promise<Requests[M]['output']> {
  return handlers[method](parseWith(schemas[method], input, method))
}

/** What an unexpected error says is for us: it may hold paths and means nothing to the person. */
function publicError(thrown: unknown, method: string, log: Log): ErrorData {
  if (thrown instanceof LabError && thrown.code !== 'internal') return withoutPaths(thrown.toData())
  log.write('error', `${method}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`)
  const message = `Something went wrong inside Collapsar (${method}). Please report it with the lines it printed.`
  return { code: 'internal', message, details: {} }
}

/** What follows from a completed run: verdicts on its claims, and a measured speed for later estimates. */
function conclude(
  project: Project,
  system: System | undefined,
  run: StoredRun,
  told: Parameters<SchedulerOptions['onCompleted']>[1],
): void {
  const at = run.endedAt ?? run.createdAt
  if (system) checkClaims(project, run, system, at)
  if (!told) return
  const speed = speedOf(run, project.records.storedBytes(run.id), told.costs, told.together)
  if (!speed) return
  project.calibration.add(speed, at)
  for (const cost of measuringSpeedsOf(run, told.costs)) project.calibration.addMeasuring(cost, at)
}

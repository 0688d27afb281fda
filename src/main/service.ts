import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { z } from 'zod'
import type { AppInfo, EventName, Events, Handlers, Method, Reply, Requests } from '#shared/contract/index'
import { isMethod, requestSchemas } from '#shared/contract/schemas'
import { LabError, type ErrorData } from '#shared/errors'
import { isRunId, type RunId } from '#shared/ids'
import { parseWith } from '#shared/spec'
import { version } from '../../package.json'
import type { System } from './core/system'
import { acceptSpec, previewSpec, type Catalogue, type CheckedSpec } from './jobs/checkSpec'
import { checkClaims } from './jobs/claims'
import { speedOf } from './jobs/cost'
import { EventHub } from './jobs/eventHub'
import { runViews, systemInfo } from './jobs/runViews'
import { Scheduler } from './jobs/scheduler'
import { withoutPaths } from './jobs/withoutPaths'
import type { StartWorker } from './jobs/workerHandle'
import { comparisonHandlers } from './service/comparisons'
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
  readonly host: AppInfo['host']
  /** What AppInfo says about the BLAS that jobs will use. */
  readonly blas: string
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
  const { projectPath, startWorker, systems, probes, clock = systemClock, readOnly = false } = options
  const slots = options.slots ?? Math.max(1, availableParallelism() - 1)
  const project = openProject(projectPath, { clock, readOnly })
  const events = new EventHub()
  const scheduler = project.readOnlyReason === null ? startScheduler() : null
  const views = runViews(project, scheduler, systems)

  function startScheduler(): Scheduler {
    try {
      return new Scheduler({
        project,
        startWorker,
        clock,
        slots,
        onCompleted: (run) => conclude(project, systems, run),
        onChanged: (runId) => events.emit('run.changed', { runId }),
        onMeasured: (runId, step) => events.emit('run.measured', { runId, step }),
      })
    } catch (thrown) {
      project.close()
      throw thrown
    }
  }

  function writing(): Scheduler {
    if (scheduler) return scheduler
    throw new LabError('storage', `Project "${project.name}" is open for reading only: ${project.readOnlyReason}`)
  }

  function enqueue({ spec, quantities, workload }: CheckedSpec): { runId: RunId } {
    const queue = writing()
    const runId = newRunId()
    const { steps, flopsPerStep } = workload
    project.runs.enqueue({ id: runId, spec, quantities, steps, flopsPerStep, createdAt: clock.now() })
    events.emit('run.changed', { runId })
    queue.wake()
    return { runId }
  }

  function endedRun(runId: RunId, purpose: string): StoredRun {
    const run = project.runs.get(runId)
    if (run.status !== 'pending' && run.status !== 'running') return run
    throw new LabError('conflict', `Run ${runId} is ${run.status}. Cancel it or let it end first to ${purpose}.`)
  }

  function setBinned(runId: RunId, at: number | null): null {
    project.runs.setBinned(endedRun(runId, 'move it').id, at)
    events.emit('run.changed', { runId })
    return null
  }

  const handlers: Handlers = {
    'app.info': async () => ({
      version,
      host: options.host,
      projectName: project.name,
      readOnlyReason: project.readOnlyReason,
      blas: options.blas,
      slots,
    }),
    'systems.list': async () => [...systems.values()].map((system) => systemInfo(system, project, { probes })),
    'spec.preview': async ({ spec }) => previewSpec(spec, options, project.calibration),
    'run.start': async ({ spec }) => enqueue(acceptSpec(spec, options)),
    'run.cancel': async ({ runId }) => {
      writing().cancel(project.runs.get(runId).id)
      return null
    },
    'run.repeat': async ({ runId }) => enqueue(acceptSpec(endedRun(runId, 'repeat it').spec, options)),
    'runs.list': async () => views.summaries(),
    'run.get': async ({ runId }) => views.detail(runId),
    'run.bin': async ({ runId }) => setBinned(runId, clock.now()),
    'run.restore': async ({ runId }) => setBinned(runId, null),
    'run.series': async ({ runId, quantity, layer }) =>
      project.records.series(project.runs.get(runId).id, quantity, layer),
    'run.array': async ({ runId, quantity, layer, step }) =>
      project.records.atOrBefore(project.runs.get(runId).id, quantity, layer, step),
    'run.arrays': async ({ runId, quantity, layer }) =>
      project.records.arrays(project.runs.get(runId).id, quantity, layer),
    ...comparisonHandlers(project, systems, clock),
  }

  return {
    handlers,
    on: (event, listener) => events.on(event, listener),
    async close() {
      await scheduler?.close()
      events.close()
      project.close()
    },
  }
}

/**
 * Answers one request as it arrives from outside: the method and its input are checked, and every error comes back as
 * data without stack or paths.
 */
export async function dispatch(handlers: Handlers, method: unknown, input: unknown): Promise<Reply<unknown>> {
  try {
    if (!isMethod(method)) {
      throw new LabError('bad-input', `Unknown request ${JSON.stringify(method)}. This version does not offer it.`)
    }
    return { ok: true, value: await answer(handlers, method, input) }
  } catch (thrown) {
    return { ok: false, error: publicError(thrown, String(method)) }
  }
}

const schemas: { readonly [M in Method]: z.ZodType<Requests[M]['input']> } = requestSchemas

function answer<M extends Method>(handlers: Handlers, method: M, input: unknown): Promise<Requests[M]['output']> {
  return handlers[method](parseWith(schemas[method], input, method))
}

/** What an unexpected error says is for us: it may hold paths and means nothing to the person. */
function publicError(thrown: unknown, method: string): ErrorData {
  if (thrown instanceof LabError && thrown.code !== 'internal') return withoutPaths(thrown.toData())
  console.error(`${method}:`, thrown)
  const message = `Something went wrong inside Collapsar (${method}). Please report it with the lines it printed.`
  return { code: 'internal', message, details: {} }
}

/** What follows from a completed run: verdicts on its claims, and a measured speed for later estimates. */
function conclude(project: Project, systems: ReadonlyMap<string, System>, run: StoredRun): void {
  const at = run.endedAt ?? run.createdAt
  const system = systems.get(run.spec.system)
  if (system) checkClaims(project, run, system, at)
  const speed = speedOf(run, project.records.storedBytes(run.id))
  if (speed) project.calibration.add(speed, at)
}

function newRunId(): RunId {
  const id = `r-${Array.from({ length: 10 }, () => randomInt(36).toString(36)).join('')}`
  if (!isRunId(id)) throw new LabError('internal', `Made a run id that is none: ${id}.`)
  return id
}

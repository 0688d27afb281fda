import { LabError } from '#shared/errors'
import type { Progress, RunOutcome } from '#shared/outcome'
import { parseWith } from '#shared/spec'
import type { Resources } from '../core/system'
import type { Analyse, FromAnalysis } from './analysisProtocol'
import type { executeAnalysis } from './executeAnalysis'
import type { executeRun } from './executeRun'
import { toWorkerSchema, type Batch, type FromWorker, type ToWorker } from './protocol'

/** The worker's end of the line to the service. */
export interface WorkerPort {
  post(message: FromWorker | FromAnalysis): void
  onMessage(listener: (message: unknown) => void): void
}

/** `executeRun`, or a stand-in of a test. */
export type Execute = typeof executeRun
export type ExecuteAnalysis = typeof executeAnalysis

/** How long records may wait in the worker: what a killed worker loses at most. */
const BATCH_MS = 100

/**
 * Waits for one job, a run or an analysis, runs it and reports everything that happens; resolves once the outcome is posted.
 * What goes wrong in the job is its outcome, never an exception.
 */
export function serveJob(
  port: WorkerPort,
  execute: Execute,
  resources: Resources,
  analyse: ExecuteAnalysis | null = null,
): Promise<void> {
  const abort = new AbortController()
  return new Promise((resolve) => {
    port.onMessage((received) => {
      const message = parseWith(toWorkerSchema, received, 'job')
      if (message.type === 'cancel') abort.abort()
      else if (message.type === 'analyse')
        void runAnalysis(port, analyse, message, resources, abort.signal).then(resolve)
      else void runJob(port, execute, message, resources, abort.signal).then(resolve)
    })
  })
}

async function runAnalysis(
  port: WorkerPort,
  analyse: ExecuteAnalysis | null,
  request: Analyse,
  resources: Resources,
  signal: AbortSignal,
) {
  const report = (message: FromAnalysis) => port.post(message)
  try {
    if (!analyse) throw new LabError('unavailable', 'This worker trains; it cannot analyse.')
    const { analysed, search } = await analyse(request, { resources, signal, report })
    report(analysed)
    if (search) report({ type: 'search', search })
  } catch (thrown) {
    const error = LabError.from(thrown).toData()
    report({ type: 'analysed', status: 'failed', result: null, error })
  }
  report({ type: 'over' })
}

async function runJob(
  port: WorkerPort,
  execute: Execute,
  { spec, resume }: Extract<ToWorker, { type: 'run' }>,
  resources: Resources,
  signal: AbortSignal,
) {
  const batches = new Batches(port)
  let outcome: RunOutcome
  try {
    outcome = await execute(spec, {
      resources,
      signal,
      resume,
      sink: {
        record: (record) => batches.add({ records: [record] }),
        log: (entry) => batches.add({ log: [entry] }),
      },
      onStart: (provenance) => port.post({ type: 'started', provenance }),
      onProgress: (progress) => batches.add({ progress }),
      onCheckpoint(point, kept) {
        // What was measured up to this state has to be stored before it.
        batches.flush()
        port.post({ type: 'checkpoint', point, kept })
      },
    })
  } catch (thrown) {
    outcome = { status: 'failed', error: LabError.from(thrown).toData() }
  }
  batches.flush()
  port.post({ type: 'ended', outcome })
}

/**
 * Collects what a job reports and posts it about ten times a second.
 *
 * The age is checked on every addition and by a timer: training may keep the event loop busy for longer than a batch
 * should wait, and after the last addition only the timer is left.
 */
class Batches {
  #records: Batch['records'] = []
  #log: Batch['log'] = []
  #progress: Progress | null = null
  #openedAt: number | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(readonly port: WorkerPort) {}

  add(addition: Partial<Omit<Batch, 'type'>>): void {
    this.#records.push(...(addition.records ?? []))
    this.#log.push(...(addition.log ?? []))
    this.#progress = addition.progress ?? this.#progress
    if (this.#openedAt === null) {
      this.#openedAt = performance.now()
      this.#timer = setTimeout(() => this.flush(), BATCH_MS)
    } else if (performance.now() - this.#openedAt >= BATCH_MS) {
      this.flush()
    }
  }

  flush(): void {
    if (this.#openedAt === null) return
    clearTimeout(this.#timer)
    this.port.post({ type: 'batch', records: this.#records, log: this.#log, progress: this.#progress })
    this.#records = []
    this.#log = []
    this.#progress = null
    this.#openedAt = null
  }
}

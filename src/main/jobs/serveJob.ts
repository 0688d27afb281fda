import { LabError } from '#shared/errors'
import type { RunOutcome } from '#shared/outcome'
import { parseWith, type RunSpec } from '#shared/spec'
import type { Resources } from '../core/system'
import type { Analyse, FromAnalysis } from './analysisProtocol'
import type { executeAnalysis } from './executeAnalysis'
import type { ClaimAnswer, executeClaim } from './exactClaim'
import type { ExecuteOptions, executeRun } from './executeRun'
import { libraryFrom } from './matrixParams'
import { toWorkerSchema, type Batch, type FromWorker, type Report, type ToWorker } from './protocol'

/** The worker's end of the line to the service. */
export interface WorkerPort {
  post(message: FromWorker | FromAnalysis | ClaimAnswer): void
  onMessage(listener: (message: unknown) => void): void
}

/** `executeRun`, or a stand-in of a test. */
export type Execute = typeof executeRun
export type ExecuteAnalysis = typeof executeAnalysis

/** One run of a job with where its reports go. */
export interface Task extends Omit<ExecuteOptions, 'resources'> {
  readonly spec: RunSpec
  ended(outcome: RunOutcome): void
}

/** Trains several runs of one shape and ends each of them; `executeReplicas`, or one after the other. */
export type ExecuteTogether = (tasks: readonly Task[], resources: Resources) => Promise<void>

/** What a worker can do beside training one run after the other. */
export interface MoreJobs {
  readonly together?: ExecuteTogether
  readonly analyse?: ExecuteAnalysis
  readonly checkClaim?: typeof executeClaim
}

/**
 * Waits for one job, trains its runs or analyses, and reports everything that happens; resolves once all outcomes are
 * posted. What goes wrong in a run is its outcome, never an exception.
 */
export function serveJob(
  port: WorkerPort,
  execute: Execute,
  resources: Resources,
  { together = oneByOne(execute), analyse, checkClaim = cannotCheck }: MoreJobs = {},
): Promise<void> {
  const aborts: AbortController[] = []
  const pauses: AbortController[] = []
  const nextOf = (controllers: AbortController[]) => {
    const controller = new AbortController()
    controllers.push(controller)
    return controller.signal
  }
  return new Promise((resolve) => {
    port.onMessage((received) => {
      const message = parseWith(toWorkerSchema, received, 'job')
      if (message.type === 'cancel') {
        for (const run of message.runs ?? aborts.keys()) aborts[run]?.abort()
      } else if (message.type === 'claim') {
        void checkClaim(message)
          .then((answer) => port.post(answer))
          .then(resolve)
      } else if (message.type === 'pause') {
        for (const run of message.runs) pauses[run]?.abort()
      } else if (message.type === 'analyse') {
        const { source } = message
        const known = source.kind === 'run' ? { ...resources, matrices: libraryFrom(source.matrices) } : resources
        void runAnalysis(port, analyse, message, known, nextOf(aborts)).then(resolve)
      } else {
        const outbox = new Outbox(port, message.runs.length === 1)
        const tasks = message.runs.map((run, i) => ({
          ...taskOf(run, i, outbox, nextOf(aborts)),
          pause: nextOf(pauses),
        }))
        const executeAll = tasks.length === 1 ? oneByOne(execute) : together
        const matrices = libraryFrom(message.matrices)
        const pulse = setInterval(() => {
          refuseTooMuchMemory(tasks, message.memoryBytes, outbox)
          port.post([])
        }, PULSE_MS)
        void runAll(executeAll, tasks, { ...resources, matrices }, outbox)
          .finally(() => clearInterval(pulse))
          .then(resolve)
      }
    })
  })
}

async function cannotCheck(): Promise<ClaimAnswer> {
  return {
    type: 'unchecked',
    error: new LabError('unavailable', 'This worker trains; it cannot check claims.').toData(),
  }
}

/** How often a worker shows that it is alive, and looks how much memory it has. */
const PULSE_MS = 500

/** The system would end this process, or another one, without a word; so it says itself why it cannot go on. */
function refuseTooMuchMemory(tasks: readonly Task[], memoryBytes: number, outbox: Outbox): void {
  const used = process.memoryUsage.rss()
  if (used <= memoryBytes) return
  const inGb = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  const message =
    `Training took ${inGb(used)} of memory, more than the ${inGb(memoryBytes)} that one worker may have here. ` +
    'Train fewer runs at a time, take a smaller model or batch, or float32.'
  const error = new LabError('unavailable', message, { used, memoryBytes }).toData()
  for (const task of tasks) task.ended({ status: 'failed', error })
  outbox.flush()
}

async function runAnalysis(
  port: WorkerPort,
  analyse: ExecuteAnalysis | undefined,
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

/** Each run ends, also where the execution of all fails. */
async function runAll(executeAll: ExecuteTogether, tasks: readonly Task[], resources: Resources, outbox: Outbox) {
  try {
    await executeAll(tasks, resources)
  } catch (thrown) {
    const error = LabError.from(thrown).toData()
    for (const task of tasks) task.ended({ status: 'failed', error })
  }
  outbox.flush()
}

function oneByOne(execute: Execute): ExecuteTogether {
  return async (tasks, resources) => {
    for (const { spec, ended, ...options } of tasks) {
      try {
        ended(await execute(spec, { ...options, resources }))
      } catch (thrown) {
        ended({ status: 'failed', error: LabError.from(thrown).toData() })
      }
    }
  }
}

function taskOf(
  { spec, resume, until }: Extract<ToWorker, { type: 'train' }>['runs'][number],
  run: number,
  outbox: Outbox,
  signal: AbortSignal,
): Task {
  let hasEnded = false
  return {
    spec,
    resume,
    until,
    signal,
    sink: {
      record: (record) => outbox.add(run, { records: [record] }),
      log: (entry) => outbox.add(run, { log: [entry] }),
    },
    onStart: (provenance) => outbox.report({ run, type: 'started', provenance }),
    onProgress: (progress) => outbox.add(run, { progress }),
    onCosts: (costs) => outbox.report({ run, type: 'costs', costs }),
    onCheckpoint: (point, kept) => outbox.report({ run, type: 'checkpoint', point, kept }),
    ended(outcome) {
      if (hasEnded) return
      hasEnded = true
      outbox.report({ run, type: 'ended', outcome })
    },
  }
}

/** How long reports may wait in the worker: what a killed worker loses at most. */
const BATCH_MS = 100
/** Reports of more records than this go in several messages: the service stores each in one go, and others wait. */
const MOST_RECORDS = 150

/**
 * Collects what the runs of a job report and posts it about ten times a second, in the order in which it came.
 *
 * The age is checked on every addition and by a timer: training may keep the event loop busy for longer than reports
 * should wait, and after the last addition only the timer is left.
 */
class Outbox {
  #reports: Report[] = []
  /** The batch of each run that still grows. */
  readonly #growing = new Map<number, Batch>()
  #records = 0
  #openedAt: number | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(
    readonly port: WorkerPort,
    readonly isPrompt: boolean,
  ) {}

  add(run: number, { records = [], log = [], progress = null }: Partial<Omit<Batch, 'type' | 'run'>>): void {
    const [first] = records
    // What was measured at one step stays together: nothing is stored of half a step.
    if (!first || this.#growing.get(run)?.records.at(-1)?.step !== first.step) this.#check()
    const batch = this.#batchOf(run)
    batch.records.push(...records)
    batch.log.push(...log)
    batch.progress = progress ?? batch.progress
    this.#records += records.length
  }

  /** What belongs behind everything that the run has reported so far. A job of one run does not let it wait. */
  report(report: Report): void {
    this.#growing.delete(report.run)
    this.#append(report)
    if (this.isPrompt) this.flush()
    else this.#check()
  }

  flush(): void {
    if (this.#openedAt === null) return
    clearTimeout(this.#timer)
    this.port.post(this.#reports)
    this.#reports = []
    this.#growing.clear()
    this.#records = 0
    this.#openedAt = null
  }

  #batchOf(run: number): Batch {
    const known = this.#growing.get(run)
    if (known) return known
    const batch: Batch = { run, type: 'batch', records: [], log: [], progress: null }
    this.#append(batch)
    this.#growing.set(run, batch)
    return batch
  }

  #append(report: Report): void {
    this.#reports.push(report)
    if (this.#openedAt !== null) return
    this.#openedAt = performance.now()
    this.#timer = setTimeout(() => this.flush(), BATCH_MS)
  }

  #check(): void {
    if (this.#openedAt === null) return
    if (this.#records >= MOST_RECORDS || performance.now() - this.#openedAt >= BATCH_MS) this.flush()
  }
}

import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { Progress } from '#shared/outcome'
import { parseWith } from '#shared/spec'
import type { StoredRun } from '../store/runs'
import { deathNote } from './goOn'
import { matricesOf, type LoadedMatrix } from './matrixParams'
import { fromWorkerSchema } from './protocol'
import { failure, ReportedRun, type Final, type RunContext } from './reportedRun'
import type { StartWorker, WorkerHandle } from './workerHandle'

export interface JobContext extends RunContext {
  readonly startWorker: StartWorker
  readonly limits: WorkerLimits
  /** What the logs of the runs say about how they train; null: nothing to say. */
  readonly note: string | null
  /** None of its runs waits in the queue any more. */
  started(): void
  /** The process is gone and all endings are written. */
  released(): void
}

/** What a worker process may do before it is ended. */
export interface WorkerLimits {
  /** A worker that trains says something every few seconds; one computation without a turn of its event loop may last. */
  readonly silenceMs: number
  /** Resident memory. */
  readonly memoryBytes: number
}

/** How long a worker may take to end by itself after it was asked to. */
const CANCEL_GRACE_MS = 2000

/** One run, or several of one shape, in one worker process: from the start to the stored endings. */
export class Job {
  readonly #runs: readonly ReportedRun[]
  /** Those that the worker trains, in the order in which it numbers them. */
  #members: readonly ReportedRun[] = []
  #handle: WorkerHandle | null = null
  readonly #inbox: (() => void)[] = []
  /** Why the service itself stops the worker. */
  #stopped: LabError | null = null
  #killTimer: NodeJS.Timeout | undefined
  /** Runs out when the worker hangs. */
  #silence: NodeJS.Timeout | undefined
  #hangs = false
  readonly #gone = Promise.withResolvers<void>()

  constructor(
    runs: readonly StoredRun[],
    readonly context: JobContext,
  ) {
    this.#runs = runs.map((run) => new ReportedRun(run, context, () => this.#dismiss()))
    void Promise.all([this.#gone.promise, ...this.#runs.map((run) => run.stored)]).then(() => context.released())
  }

  get runIds(): readonly RunId[] {
    return this.#runs.map(({ run }) => run.id)
  }

  /** Of its runs, those that train. */
  get open(): readonly RunId[] {
    return this.#runs.filter((run) => !run.hasEnded).map(({ run }) => run.id)
  }

  /** As the worker last told; null before the first report of the run and after its end. */
  progress(runId: RunId): Progress | null {
    return this.#find(runId)?.progress ?? null
  }

  start(): void {
    let left = this.#runs.length
    const settled = () => {
      left -= 1
      if (left > 0) return
      this.#launch()
      this.context.started()
    }
    const { journal, note } = this.context
    journal.write(...this.#runs.map((run) => run.start(note, settled)))
  }

  /** Asks the worker to end runs after their step; it is killed when it does not and has no other run to train. */
  cancel(runIds: readonly RunId[]): void {
    const asked = new Set(runIds)
    for (const run of this.#runs) if (asked.has(run.run.id)) run.isCancelled = true
    const runs = this.#members.flatMap(({ run }, i) => (asked.has(run.id) ? [i] : []))
    if (runs.length > 0) this.#handle?.send({ type: 'cancel', runs })
    if (this.#killTimer || !this.#runs.every((run) => run.hasEnded || run.isCancelled)) return
    this.#killTimer = setTimeout(() => this.#handle?.kill(), CANCEL_GRACE_MS)
  }

  /** Asks the worker to let runs rest after their step; they wait in the queue again. */
  pause(runIds: readonly RunId[]): void {
    const asked = new Set(runIds)
    for (const run of this.#runs) if (asked.has(run.run.id)) run.isPausing = true
    this.#sendPauses((run) => asked.has(run.run.id))
  }

  /** Its runs of which one asks. */
  runsWhere(wanted: (run: StoredRun) => boolean): readonly RunId[] {
    return this.#runs.filter((run) => !run.hasEnded && wanted(run.run)).map(({ run }) => run.id)
  }

  /** Whether a run that trains was asked to rest. */
  isPausing(runId: RunId): boolean {
    const run = this.#find(runId)
    return run !== undefined && !run.hasEnded && run.isPausing
  }

  #sendPauses(asked: (run: ReportedRun) => boolean): void {
    const runs = this.#members.flatMap((run, i) => (run.isPausing && !run.hasEnded && asked(run) ? [i] : []))
    if (runs.length > 0) this.#handle?.send({ type: 'pause', runs })
  }

  /** Ends the worker at once; its runs are interrupted for this reason. Resolves when the process is gone. */
  stop(reason: LabError): Promise<void> {
    this.#stopped ??= reason
    if (!this.#handle) return Promise.resolve()
    this.#handle.kill()
    return this.#gone.promise
  }

  #launch(): void {
    const started = this.#runs.filter((run) => !run.hasEnded)
    if (this.#stopped) this.#endAll((run) => this.#unfinished(null, null, run))
    else this.#end(started.filter((run) => run.isCancelled).map((run) => [run, cancelled]))
    this.#members = started.filter((run) => !run.hasEnded)
    if (this.#members.length === 0) return this.#gone.resolve()
    let handle: WorkerHandle
    // Runs of one shape name the same matrices; each travels once.
    let matrices: ReadonlyMap<string, LoadedMatrix>
    try {
      const { project, startWorker } = this.context
      const needed = this.#members.flatMap(({ task }) => matricesOf(task.spec.params, project.matrices))
      matrices = new Map(needed.map((loaded) => [loaded.reference, loaded]))
      handle = startWorker()
    } catch (thrown) {
      this.#gone.resolve()
      return this.#endAll(() => failure(LabError.from(thrown)))
    }
    this.#handle = handle
    handle.onMessage((message) => {
      this.#silence?.refresh()
      this.#inTurn(() => this.#receive(message))
    })
    handle.onExit((code, signal) => {
      clearTimeout(this.#silence)
      this.#inTurn(() => {
        this.#gone.resolve()
        this.#endAll((run) => this.#unfinished(code, signal, run))
      })
    })
    const { silenceMs, memoryBytes } = this.context.limits
    handle.send({
      type: 'train',
      runs: this.#members.map((run) => run.task),
      matrices: [...matrices.values()],
      memoryBytes,
    })
    // Asked for while the start was being stored.
    this.#sendPauses(() => true)
    this.#silence = setTimeout(() => {
      this.#hangs = true
      handle.kill()
    }, silenceMs)
  }

  /** What the worker tells comes in bursts when many runs end: between two messages the service answers others. */
  #inTurn(work: () => void): void {
    this.#inbox.push(work)
    if (this.#inbox.length > 1) return
    const next = () => {
      this.#inbox[0]?.()
      this.#inbox.shift()
      if (this.#inbox.length > 0) setImmediate(next)
    }
    setImmediate(next)
  }

  #receive(received: unknown): void {
    if (this.#members.every((run) => run.hasEnded)) return
    try {
      const reports = parseWith(fromWorkerSchema, received, 'worker')
      const changes = reports.flatMap((report) => this.#members[report.run]?.receive(report) ?? [])
      this.context.journal.write(...changes)
    } catch (thrown) {
      const { message } = LabError.from(thrown)
      const error = new LabError('internal', `The worker sent something that is not a report: ${message}`)
      this.#endAll(() => failure(error))
    }
  }

  #endAll(final: (run: ReportedRun) => Final): void {
    this.#end(this.#runs.filter((run) => !run.hasEnded).map((run) => [run, final(run)]))
  }

  #end(endings: readonly (readonly [ReportedRun, Final])[]): void {
    const changes = endings.flatMap(([run, final]) => run.end(final) ?? [])
    this.context.journal.write(...changes)
  }

  /** A worker without runs has nothing more to do. */
  #dismiss(): void {
    if (!this.#runs.every((run) => run.hasEnded)) return
    clearTimeout(this.#killTimer)
    this.#handle?.kill()
  }

  /** How a run ends whose worker is gone without an outcome. */
  #unfinished(code: number | null, signal: string | null, run: ReportedRun): Final {
    if (this.#stopped) return { status: 'interrupted', step: null, error: this.#stopped.toData() }
    if (run.isCancelled) return cancelled
    if (this.#hangs) {
      const seconds = Math.round(this.context.limits.silenceMs / 1000)
      const what = `The worker process said nothing for ${seconds} s while it trained, so it was ended.`
      return { status: 'interrupted', step: null, error: deathNote(what, run.deaths + 1), died: true }
    }
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code ?? 'unknown'}`
    const what = `The worker process ${how} before the run was over; out of memory is a frequent cause.`
    const error = deathNote(what, run.deaths + 1, { code, signal })
    return { status: 'interrupted', step: null, error, died: true }
  }

  #find(runId: RunId): ReportedRun | undefined {
    return this.#runs.find(({ run }) => run.id === runId)
  }
}

const cancelled: Final = { status: 'cancelled', step: null, error: null }

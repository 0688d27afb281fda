import { LabError } from '#shared/errors'
import type { Progress, Provenance, RunOutcome } from '#shared/outcome'
import type { LogEntry } from '#shared/records'
import { parseWith } from '#shared/spec'
import type { ResumePoint } from '../core/checkpoint'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import type { Ending, StoredRun } from '../store/runs'
import { deathNote, goOn } from './goOn'
import type { Journal } from './journal'
import { fromWorkerSchema, type Batch, type SavedState } from './protocol'
import { withoutPaths } from './withoutPaths'
import type { StartWorker, WorkerHandle } from './workerHandle'

export interface JobContext {
  readonly project: Project
  readonly journal: Journal
  readonly clock: Clock
  readonly startWorker: StartWorker
  /** Whether a run that was interrupted is taken up again. */
  goesOn(): boolean
  /** Runs inside the transaction that ends a completed run. */
  onCompleted(run: StoredRun): void
  /** Something about the run other than its measurements is new. */
  changed(): void
  measured(step: number): void
  /** The process is gone and the ending is written. */
  released(): void
}

/** How long a worker may take to end by itself after it was asked to. */
const CANCEL_GRACE_MS = 2000

type Final = Omit<Ending, 'at'>

/** One run in one worker process, from the start to the stored ending. */
export class Job {
  #handle: WorkerHandle | null = null
  #progress: Progress | null = null
  #cancelled = false
  /** Why the service itself stops the worker. */
  #stopped: LabError | null = null
  #ended = false
  /** How often it died since it last got further. */
  #deaths: number
  /** What computed the run before this job went on with it. */
  #earlier: Provenance | null = null
  #killTimer: NodeJS.Timeout | undefined
  readonly #gone = Promise.withResolvers<void>()
  readonly #stored = Promise.withResolvers<void>()

  constructor(
    readonly run: StoredRun,
    readonly context: JobContext,
  ) {
    this.#deaths = run.deaths
    void Promise.all([this.#gone.promise, this.#stored.promise]).then(() => context.released())
  }

  /** As the worker last told; null before the first report and after the end. */
  get progress(): Progress | null {
    return this.#ended ? null : this.#progress
  }

  start(): void {
    const { journal, project, clock } = this.context
    const { id } = this.run
    let resume: ResumePoint | null = null
    journal.write({
      apply: () => {
        resume = project.checkpoints.latest(id)
        const step = resume?.checkpoint.step ?? -1
        project.runs.start(id, clock.now(), Math.max(step, 0))
        // What came after the state it goes on from is measured again.
        project.records.discardAfter(id, step)
        project.checkpoints.discardAfter(id, step)
      },
      committed: () => this.#launch(resume),
      refused: () => {
        // It is no longer waiting: someone cancelled it.
        this.#gone.resolve()
        this.#stored.resolve()
      },
    })
  }

  /** Asks the worker to end after its step; it is killed when it does not. */
  cancel(): void {
    if (this.#cancelled) return
    this.#cancelled = true
    this.#handle?.send({ type: 'cancel' })
    this.#killTimer = setTimeout(() => this.#handle?.kill(), CANCEL_GRACE_MS)
  }

  /** Ends the worker at once; the run is interrupted for this reason. Resolves when the process is gone. */
  stop(reason: LabError): Promise<void> {
    this.#stopped ??= reason
    if (!this.#handle) return Promise.resolve()
    this.#handle.kill()
    return this.#gone.promise
  }

  #launch(resume: ResumePoint | null): void {
    if (resume) this.#earlier = this.run.provenance
    this.context.changed()
    if (this.#cancelled || this.#stopped) {
      this.#gone.resolve()
      return this.#end(this.#unfinished(null, null))
    }
    let handle: WorkerHandle
    try {
      handle = this.context.startWorker()
    } catch (thrown) {
      this.#gone.resolve()
      return this.#end(this.#failure(LabError.from(thrown)))
    }
    this.#handle = handle
    handle.onMessage((message) => this.#receive(message))
    handle.onExit((code, signal) => {
      this.#gone.resolve()
      this.#end(this.#unfinished(code, signal))
    })
    handle.send({ type: 'run', spec: this.run.spec, resume })
  }

  #receive(received: unknown): void {
    if (this.#ended) return
    try {
      const message = parseWith(fromWorkerSchema, received, 'worker')
      if (message.type === 'batch') this.#store(message)
      else if (message.type === 'checkpoint') this.#keep(message)
      else if (message.type === 'ended') this.#end(finalOf(message.outcome), logOf(message.outcome))
      else this.#started(message.provenance)
    } catch (thrown) {
      const { message } = LabError.from(thrown)
      this.#end(this.#failure(new LabError('internal', `The worker sent something that is not a report: ${message}`)))
    }
  }

  #started(provenance: Provenance): void {
    const { project, clock } = this.context
    const { id } = this.run
    const other = this.#earlier && differenceOf(this.#earlier, provenance)
    this.#write(() => {
      project.runs.setProvenance(id, provenance)
      if (other) project.log.add(id, { time: clock.now(), level: 'warning', message: other })
    })
  }

  #store({ records, log, progress }: Batch): void {
    const { project, clock } = this.context
    const { id } = this.run
    const time = clock.now()
    this.#progress = progress ?? this.#progress
    const lastRecord = records.at(-1)
    this.#write(
      () => {
        project.records.append(id, records)
        for (const entry of log) project.log.add(id, { ...entry, time })
        const step = Math.max(progress?.step ?? 0, lastRecord?.step ?? 0)
        if (step > 0) project.runs.setStep(id, step)
      },
      () => {
        if (lastRecord) this.context.measured(lastRecord.step)
      },
    )
  }

  #keep({ point, kept }: SavedState): void {
    const { project } = this.context
    this.#deaths = 0
    this.#write(() => {
      project.checkpoints.save(this.run.id, point, kept)
      project.runs.setStep(this.run.id, point.checkpoint.step)
      project.runs.forgetDeaths(this.run.id)
    })
  }

  #write(apply: () => void, committed?: () => void): void {
    this.context.journal.write({
      apply,
      committed: () => {
        committed?.()
        this.context.changed()
      },
      refused: (error) => this.#end(this.#failure(error)),
    })
  }

  /** Only the first ending counts. The worker has nothing more to do then. */
  #end(final: Final, entry?: Omit<LogEntry, 'time'>): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#killTimer)
    this.#handle?.kill()
    const { project, journal, clock, goesOn, onCompleted, changed } = this.context
    const { id } = this.run
    const at = clock.now()
    const close = (ending: Final, completed: boolean) => {
      if (entry) project.log.add(id, { ...entry, time: at })
      const error = ending.error && withoutPaths(ending.error)
      if (error) project.log.add(id, { level: 'error', message: error.message, time: at })
      project.runs.end(id, { ...ending, error, at })
      project.records.compact(id)
      if (completed) onCompleted(project.runs.get(id))
      if (ending.status === 'interrupted' && goesOn()) goOn(project, project.runs.get(id), at)
    }
    const committed = () => {
      changed()
      this.#stored.resolve()
    }
    journal.write({
      apply: () => close(final, final.status === 'completed'),
      committed,
      refused: (error) =>
        journal.write({ apply: () => close(this.#failure(error), false), committed, refused: committed }),
    })
  }

  /** How a run ends whose worker is gone without an outcome. */
  #unfinished(code: number | null, signal: string | null): Final {
    if (this.#stopped) return { status: 'interrupted', step: null, error: this.#stopped.toData() }
    if (this.#cancelled) return { status: 'cancelled', step: null, error: null }
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code ?? 'unknown'}`
    const what = `The worker process ${how} before the run was over; out of memory is a frequent cause.`
    return { status: 'interrupted', step: null, error: deathNote(what, this.#deaths + 1, { code, signal }), died: true }
  }

  #failure(error: LabError): Final {
    return { status: 'failed', step: null, error: error.toData() }
  }
}

function finalOf(outcome: RunOutcome): Final {
  if (outcome.status === 'failed') return { status: 'failed', step: null, error: outcome.error }
  return { status: outcome.status, step: outcome.step, error: null }
}

function logOf(outcome: RunOutcome): Omit<LogEntry, 'time'> | undefined {
  if (outcome.status !== 'diverged') return undefined
  const { step, lastFiniteLoss } = outcome
  const message = `Diverged at step ${step}; the last finite loss was ${lastFiniteLoss}. Try a smaller learning rate.`
  return { level: 'warning', message }
}

/** Null where both computed with the same. */
function differenceOf(before: Provenance, after: Provenance): string | null {
  const changed = Object.keys(after).filter((name) => name in before && before[name] !== after[name])
  if (changed.length === 0) return null
  const words = changed.map((name) => `${name} ${after[name]} instead of ${before[name]}`).join(', ')
  return `It goes on with ${words}: its numbers may differ from those of a run that was never interrupted.`
}

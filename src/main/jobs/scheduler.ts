import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { Progress } from '#shared/outcome'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import type { StoredRun } from '../store/runs'
import { deathNote, goOn } from './goOn'
import { Job } from './job'
import { Journal } from './journal'
import type { StartWorker } from './workerHandle'

export interface SchedulerOptions {
  readonly project: Project
  readonly startWorker: StartWorker
  readonly clock: Clock
  /** How many runs train at the same time. */
  readonly slots: number
  /** Whether runs that an earlier service left interrupted go on by themselves. */
  readonly resumes: boolean
  /** Runs inside the transaction that ends a completed run: claims, calibration. */
  onCompleted(run: StoredRun): void
  onChanged(runId: RunId): void
  /** After the records are committed. */
  onMeasured(runId: RunId, step: number): void
}

/** Trains the runs of the queue in order, each in a process of its own. */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #journal: Journal
  readonly #active = new Map<RunId, Job>()
  #unreadable: LabError | null = null
  #closed = false

  /** Runs that were training when the service last ended go on from their last state; then the queue goes on. */
  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#journal = new Journal(options.project, (trouble) => this.#onTrouble(trouble))
    const { project, clock } = options
    const now = clock.now()
    project.runs.interruptRunning(now, (deaths) =>
      deathNote('The application ended while this run was training.', deaths),
    )
    if (options.resumes) for (const run of project.runs.interrupted()) goOn(project, run, now)
    this.wake()
  }

  /** Why the queue stands still; null when it does not. */
  get trouble(): LabError | null {
    return this.#journal.trouble ?? this.#unreadable
  }

  /** As the worker last told; null for a run that is not training. */
  progress(runId: RunId): Progress | null {
    return this.#active.get(runId)?.progress ?? null
  }

  /** Starts waiting runs while slots are free. */
  wake(): void {
    while (!this.#closed && !this.#journal.trouble && this.#active.size < this.#options.slots) {
      const run = this.#nextPending()
      if (!run) return
      this.#startJob(run)
    }
  }

  /**
   * Goes on with an interrupted or cancelled run, before all that wait: from its last stored state, or from the
   * beginning where there is none.
   * @throws LabError 'conflict' if the run is neither
   */
  resume(runId: RunId): void {
    const { project, onChanged } = this.#options
    project.transaction(() => {
      project.runs.requeue(runId)
      project.runs.forgetDeaths(runId)
    })
    onChanged(runId)
    this.wake()
  }

  /** @throws LabError 'conflict' if the run has ended */
  cancel(runId: RunId): void {
    const job = this.#active.get(runId)
    if (job) return job.cancel()
    const { project, clock, onChanged } = this.#options
    project.runs.end(runId, { status: 'cancelled', step: null, error: null, at: clock.now() })
    onChanged(runId)
  }

  /** Ends all workers and waits until they are gone; their runs are interrupted, waiting ones stay in the queue. */
  async close(): Promise<void> {
    this.#closed = true
    const message = 'The application was closed while this run was training. What it had measured is kept.'
    await this.#stopAll(new LabError('unavailable', message))
    this.#journal.close()
  }

  #nextPending(): StoredRun | null {
    try {
      this.#unreadable = null
      return this.#options.project.runs.nextPending()
    } catch (thrown) {
      // Nobody waits for this call: the queue stands still, and the runs in it say why.
      this.#unreadable = LabError.from(thrown)
      return null
    }
  }

  #startJob(run: StoredRun): void {
    const { project, clock, startWorker, onCompleted, onChanged, onMeasured } = this.#options
    const job = new Job(run, {
      project,
      clock,
      startWorker,
      onCompleted,
      goesOn: () => !this.#closed,
      journal: this.#journal,
      changed: () => onChanged(run.id),
      measured: (step) => onMeasured(run.id, step),
      released: () => {
        // It may be in the queue again, and even train in a new job.
        if (this.#active.get(run.id) === job) this.#active.delete(run.id)
        this.wake()
      },
    })
    this.#active.set(run.id, job)
    job.start()
  }

  async #stopAll(reason: LabError): Promise<void> {
    await Promise.all([...this.#active.values()].map((job) => job.stop(reason)))
  }

  /** Nothing can be stored: training on would only fill the memory with records. */
  #onTrouble(trouble: LabError | null): void {
    if (trouble) void this.#stopAll(trouble)
    else this.wake()
    for (const runId of this.#active.keys()) this.#options.onChanged(runId)
  }
}

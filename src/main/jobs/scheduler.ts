import { LabError } from '#shared/errors'
import type { RunId, SweepId } from '#shared/ids'
import type { Progress } from '#shared/outcome'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import type { StoredRun } from '../store/runs'
import { changeInTurns } from './changeInTurns'
import { DiskGuard } from './diskGuard'
import { Furthest } from './furthest'
import { deathNote, goOn } from './goOn'
import { MOST_TOGETHER, type Grouping } from './grouping'
import { Job, type WorkerLimits } from './job'
import { Journal } from './journal'
import type { RunCosts } from './protocol'
import { Throughput } from './throughput'
import type { StartWorker } from './workerHandle'

export interface SchedulerOptions {
  readonly project: Project
  readonly startWorker: StartWorker
  readonly clock: Clock
  /** How many workers train at the same time. */
  readonly slots: number
  /** Whether runs that an earlier service left interrupted go on by themselves. */
  readonly resumes: boolean
  readonly limits: WorkerLimits
  /** Left for this user on the disk of the project. */
  freeDiskBytes(): number
  /** How many runs of the shape of this one train together. @param waiting how many there are, this one included */
  groupingOf(run: StoredRun, waiting: number): Grouping
  /**
   * Runs inside the transaction that ends a completed run: claims, calibration.
   * @param told what its worker spent, and on how many runs; null where another run of the job has told
   */
  onCompleted(run: StoredRun, told: { readonly costs: RunCosts; readonly together: number } | null): void
  /** After that is committed. */
  onConcluded(run: Pick<StoredRun, 'id' | 'spec'>): void
  /** Runs inside the transaction in which a run ends or comes to rest: what its sweep decides. */
  onSettled(run: Pick<StoredRun, 'sweep'>): void
  onChanged(run: Pick<StoredRun, 'id' | 'sweep'>): void
  /** After the records are committed. */
  onMeasured(runId: RunId, step: number): void
}

/** Trains the runs of the queue in order: each in a process of its own, or with others of its sweep and shape. */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #journal: Journal
  readonly #jobs = new Set<Job>()
  /** The job of each run that has one. */
  readonly #active = new Map<RunId, Job>()
  /** The runs of a job are being taken out of the queue: until that is stored, the next ones cannot be told there. */
  #isStarting = false
  /** So many requests are cancelling sweeps: what waits may be among their runs. */
  #cancelling = 0
  readonly #throughput: Throughput
  readonly #furthest: Furthest
  readonly #disk: DiskGuard
  #unreadable: LabError | null = null
  #closed = false

  /** Runs that were training when the service last ended go on from their last state; then the queue goes on. */
  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#journal = new Journal(options.project, (trouble) => this.#onTrouble(trouble))
    const { project, clock } = options
    this.#throughput = new Throughput(() => clock.now())
    this.#furthest = new Furthest(project.runs)
    this.#disk = new DiskGuard({
      freeBytes: () => options.freeDiskBytes(),
      isNeeded: () => this.#jobs.size > 0,
      stop: (trouble) => void this.#stopAll(trouble),
      changed: () => this.#tellOpen(),
      goOn: () => this.wake(),
    })
    const now = clock.now()
    project.transaction(() => {
      project.sweeps.withdraw()
      const died = project.runs.interruptRunning(now, (deaths) =>
        deathNote('The application ended while this run was training.', deaths),
      )
      for (const { id, error } of died.map((id) => project.runs.get(id))) {
        if (error) project.log.add(id, { time: now, level: 'error', message: error.message })
      }
      if (options.resumes) for (const run of project.runs.interrupted()) goOn(project, run, now)
    })
    this.wake()
  }

  /** Why the queue stands still; null when it does not. */
  get trouble(): LabError | null {
    return this.#journal.trouble ?? this.#disk.trouble ?? this.#unreadable
  }

  /** As the worker last told; null for a run that is not training. */
  progress(runId: RunId): Progress | null {
    return this.#active.get(runId)?.progress(runId) ?? null
  }

  /** The runs that train, job by job. */
  get training(): readonly (readonly RunId[])[] {
    return [...this.#jobs].map((job) => job.open).filter((runs) => runs.length > 0)
  }

  /** How far runs that train or were paused are in their time. */
  get furthest(): Pick<Furthest, 'fraction' | 'stepsAhead'> {
    return this.#furthest
  }

  /** Of the runs of a sweep, or of all, where measuring counts as steps: see Progress.fraction; 0 when nothing moves. */
  stepsPerSecond(sweepId?: SweepId): number {
    return this.#throughput.perSecond(sweepId)
  }

  /** Starts waiting runs while slots are free. */
  wake(): void {
    const mayStart = () => !this.#closed && !this.#isStarting && this.#cancelling === 0 && !this.#journal.trouble
    while (mayStart() && this.#jobs.size < this.#options.slots) {
      const group = this.#disk.look() ? this.#nextGroup() : null
      if (!group) return
      this.#startJob(group)
    }
  }

  /** Whether a run that trains was asked to rest. */
  isPausing(runId: RunId): boolean {
    return this.#active.get(runId)?.isPausing(runId) ?? false
  }

  /** Runs that train come to rest after their step, with a stored state, and wait in the queue again where they stood. */
  pause(wanted: (run: StoredRun) => boolean): void {
    for (const job of this.#jobs) job.pause(job.runsWhere(wanted))
  }

  /** Holds runs back, or lets them go: those that wait, and those that train by pausing them. */
  hold(runIds: readonly RunId[], held: boolean): void {
    this.#options.project.queue.hold(runIds, held)
    if (held) for (const job of this.#jobs) job.pause(runIds)
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
      // Whoever takes it up wants it to train.
      project.queue.hold([runId], false)
    })
    onChanged(project.runs.get(runId))
    this.wake()
  }

  /**
   * Ends a run that waits at once, and asks one that trains to end.
   * @throws LabError 'conflict' if the run has ended
   */
  cancel(runId: RunId): void {
    const { project, onSettled, onChanged } = this.#options
    for (const job of this.#jobs) job.cancel([runId])
    if (!this.#isTraining(runId)) {
      project.transaction(() => {
        this.#endWaiting(runId)
        onSettled(project.runs.get(runId))
      })
    }
    onChanged(project.runs.get(runId))
  }

  /**
   * The same for all open runs of a sweep, in turns; nothing starts meanwhile. Those that have ended by then stay as they
   * are, and the sweep decides nothing about runs of which none is to go on.
   * @param committed hears of those that no longer wait
   */
  async cancelAll(runIds: readonly RunId[], committed: (runIds: readonly RunId[]) => void): Promise<void> {
    const { project } = this.#options
    for (const job of this.#jobs) job.cancel(runIds)
    this.#cancelling++
    try {
      const endOpen = (id: RunId) => {
        if (!this.#isTraining(id) && project.runs.get(id).status === 'pending') this.#endWaiting(id)
      }
      await changeInTurns(project, runIds, endOpen, committed)
    } finally {
      this.#cancelling--
      this.wake()
    }
  }

  /** One that was paused waits already, while its worker is still on its way out. */
  #isTraining(runId: RunId): boolean {
    return this.#active.has(runId) && this.#options.project.runs.get(runId).status !== 'pending'
  }

  #endWaiting(runId: RunId): void {
    const { project, clock } = this.#options
    this.#furthest.forget(runId)
    project.runs.end(runId, { status: 'cancelled', step: null, error: null, at: clock.now() })
  }

  /** Ends all workers and waits until they are gone; their runs are interrupted, waiting ones stay in the queue. */
  async close(): Promise<void> {
    this.#closed = true
    this.#disk.close()
    const message = 'The application was closed while this run was training. What it had measured is kept.'
    await this.#stopAll(new LabError('unavailable', message))
    this.#journal.close()
  }

  /** The next run of the queue, with those that train with it; null where nothing is to be started. */
  #nextGroup(): { readonly runs: readonly StoredRun[]; readonly note: string | null } | null {
    const { project, slots, groupingOf } = this.#options
    try {
      this.#unreadable = null
      const run = project.runs.nextPending()
      if (!run?.shape) return run && { runs: [run], note: null }
      const peers = project.queue.peers(run.id, slots * MOST_TOGETHER)
      const { together, reason } = groupingOf(run, peers.length + 1)
      return { runs: [run, ...project.runs.many(peers.slice(0, together - 1))], note: reason }
    } catch (thrown) {
      // Nobody waits for this call: the queue stands still, and the runs in it say why.
      this.#unreadable = LabError.from(thrown)
      return null
    }
  }

  #startJob({ runs, note }: { readonly runs: readonly StoredRun[]; readonly note: string | null }): void {
    const { project, clock, startWorker, limits, onCompleted, onConcluded, onSettled, onChanged, onMeasured } =
      this.#options
    let hasToldSpeed = false
    const job = new Job(runs, {
      project,
      clock,
      startWorker,
      limits,
      note,
      journal: this.#journal,
      goesOn: () => !this.#closed,
      onCompleted(run, costs) {
        onCompleted(run, hasToldSpeed || !costs ? null : { costs, together: runs.length })
        hasToldSpeed ||= costs !== null
      },
      concluded: onConcluded,
      onSettled,
      changed: onChanged,
      measured: ({ id }, step) => onMeasured(id, step),
      furthest: this.#furthest,
      advanced: ({ sweep }, steps) => this.#throughput.add(sweep?.id ?? '', steps),
      started: () => {
        this.#isStarting = false
        this.wake()
      },
      released: () => {
        this.#jobs.delete(job)
        // A run may be in the queue again, and even train in a new job.
        for (const id of job.runIds) if (this.#active.get(id) === job) this.#active.delete(id)
        this.wake()
      },
    })
    this.#jobs.add(job)
    this.#isStarting = true
    for (const { id } of runs) this.#active.set(id, job)
    job.start()
  }

  async #stopAll(reason: LabError): Promise<void> {
    await Promise.all([...this.#jobs].map((job) => job.stop(reason)))
  }

  /** Nothing can be stored: training on would only fill the memory with records. */
  #onTrouble(trouble: LabError | null): void {
    if (trouble) void this.#stopAll(trouble)
    else this.wake()
    this.#tellOpen()
  }

  /** Whoever looks at a run that trains or is the next to start sees why the queue stands still. */
  #tellOpen(): void {
    const { project, onChanged } = this.#options
    const next = project.queue.next()
    for (const id of new Set([...this.#active.keys(), ...(next ? [next.runId] : [])])) onChanged(project.runs.get(id))
  }
}

import type { LabError } from '#shared/errors'
import type { Progress, Provenance, RunOutcome } from '#shared/outcome'
import type { LogEntry, MeasuredRecord } from '#shared/records'
import type { ResumePoint } from '../core/checkpoint'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import type { QueuePlace } from '../store/queue'
import type { Ending, StoredRun } from '../store/runs'
import type { Furthest } from './furthest'
import { goOn } from './goOn'
import type { Change, Journal } from './journal'
import type { Batch, Report, RunCosts, SavedState } from './protocol'
import { withoutPaths } from './withoutPaths'

export interface RunContext {
  readonly project: Project
  readonly journal: Journal
  readonly clock: Clock
  /** Whether a run that was interrupted is taken up again. */
  goesOn(): boolean
  /** Runs inside the transaction that ends a completed run. @param costs null where its worker did not tell */
  onCompleted(run: StoredRun, costs: RunCosts | null): void
  /** It is complete, and that is stored. */
  concluded(run: StoredRun): void
  /** Runs inside the transaction in which a run ends or comes to rest. */
  onSettled(run: StoredRun): void
  /** Something about the run other than its measurements is new. */
  changed(run: StoredRun): void
  measured(run: StoredRun, step: number): void
  readonly furthest: Furthest
  /** It got further by so much of its steps, of which the time of measuring is a part: see Progress.fraction. */
  advanced(run: StoredRun, steps: number): void
}

export type Final = Omit<Ending, 'at'>

/** One run of a job: turns what its worker reports into changes of the project. Writing them is the job's business. */
export class ReportedRun {
  #progress: Progress | null = null
  #costs: RunCosts | null = null
  /** How far it is, in steps. */
  #done = 0
  #hasEnded = false
  /** How often its process died since it last got further. */
  #deaths: number
  /** What computed the run before this job went on with it. */
  #earlier: Provenance | null = null
  #resume: ResumePoint | null = null
  readonly #stored = Promise.withResolvers<void>()
  /** Where it stood in the queue. */
  #place: QueuePlace | null = null
  isCancelled = false
  /** Asked to rest, so that it waits in the queue again. */
  isPausing = false

  constructor(
    readonly run: StoredRun,
    readonly context: RunContext,
    /** It has ended, whether that is stored already or not. */
    readonly onEnd: () => void,
  ) {
    this.#deaths = run.deaths
  }

  /** As the worker last told; null before the first report and after the end. */
  get progress(): Progress | null {
    return this.#hasEnded ? null : this.#progress
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  get deaths(): number {
    return this.#deaths
  }

  /** What the worker is to train. */
  get task() {
    return { spec: this.run.spec, resume: this.#resume, until: this.run.until }
  }

  /** Resolves when the ending is stored, or when the run turned out not to wait any more. */
  get stored(): Promise<void> {
    return this.#stored.promise
  }

  /**
   * Takes the run out of the queue.
   * @param note what its log says about how it trains
   * @param settled called once that is stored, or refused because someone cancelled the run
   */
  start(note: string | null, settled: () => void): Change {
    const { project, clock } = this.context
    const { id } = this.run
    return {
      apply: () => {
        this.#place = project.queue.find(id)
        this.#resume = project.checkpoints.latest(id)
        const step = this.#resume?.checkpoint.step ?? -1
        project.runs.start(id, clock.now(), Math.max(step, 0))
        // What came after the state it goes on from is measured again.
        project.records.discardAfter(id, step)
        project.checkpoints.discardAfter(id, step)
        if (note) project.log.add(id, { time: clock.now(), level: 'info', message: note })
      },
      committed: () => {
        if (this.#resume) this.#earlier = this.run.provenance
        const furthest = this.context.furthest.fraction(this.run.id) ?? 0
        this.#done = Math.max(this.#resume?.checkpoint.step ?? 0, furthest * this.run.steps)
        this.context.changed(this.run)
        settled()
      },
      refused: () => {
        this.#hasEnded = true
        this.onEnd()
        this.#stored.resolve()
        settled()
      },
    }
  }

  receive(report: Report): Change | null {
    if (this.#hasEnded) return null
    switch (report.type) {
      case 'started':
        return this.#started(report.provenance)
      case 'batch':
        return this.#store(report)
      case 'checkpoint':
        return this.#keep(report)
      case 'costs':
        this.#costs = report.costs
        return null
      case 'ended':
        if (report.outcome.status === 'rested') return this.#rest(report.outcome.step)
        return this.end(finalOf(report.outcome), logOf(report.outcome))
      default:
        return report satisfies never
    }
  }

  /** Only the first ending counts. */
  end(final: Final, entry?: Omit<LogEntry, 'time'>): Change | null {
    if (this.#hasEnded) return null
    this.#hasEnded = true
    this.onEnd()
    if (final.step !== null) this.#advanceTo(final.step)
    return this.#closing(final, entry)
  }

  /** Writes the ending; a failure where that is refused. */
  #closing(final: Final, entry?: Omit<LogEntry, 'time'>): Change {
    const { project, journal, clock, goesOn, onCompleted } = this.context
    const { id } = this.run
    const at = clock.now()
    const close = (ending: Final, completed: boolean) => {
      if (entry) project.log.add(id, { ...entry, time: at })
      const error = ending.error && withoutPaths(ending.error)
      if (error) project.log.add(id, { level: 'error', message: error.message, time: at })
      project.runs.end(id, { ...ending, error, at })
      if (ending.status === 'diverged') project.records.append(id, this.#divergedStates(ending.step))
      project.records.compact(id)
      if (completed) onCompleted(project.runs.get(id), this.#costs)
      if (ending.status === 'interrupted' && goesOn()) goOn(project, project.runs.get(id), at)
      // What was waiting for this run alone is decided now.
      this.context.onSettled(this.run)
    }
    return {
      apply: () => close(final, final.status === 'completed'),
      committed: () => {
        this.context.furthest.forget(id)
        this.#settled()
        if (final.status === 'completed') this.context.concluded(this.run)
      },
      refused: (error) =>
        journal.write({ apply: () => close(failure(error), false), committed: this.#settled, refused: this.#settled }),
    }
  }

  /** What names the state of a run says so of a diverged one too: what it said of the last finite values is past. */
  #divergedStates(step: number | null): MeasuredRecord[] {
    const { id, quantities } = this.run
    if (step === null) return []
    return quantities.flatMap(({ id: quantity, codes, perLayer }) => {
      const code = perLayer ? -1 : (codes?.indexOf('diverged') ?? -1)
      const last = code < 0 ? null : this.context.project.records.atOrBefore(id, quantity, null, step)
      if (code < 0 || last?.step === step) return []
      return [{ quantity, layer: null, step, shape: [], data: Float64Array.of(code), meta: { [quantity]: 'diverged' } }]
    })
  }

  readonly #settled = () => {
    this.context.changed(this.run)
    this.#stored.resolve()
  }

  /**
   * It leaves its worker. Having come as far as it was to, it rests until all of its sweep is decided; stopped before, it
   * waits in the queue again, in its old place.
   */
  #rest(step: number): Change | null {
    // Someone cancelled it while it came to rest.
    if (this.isCancelled) return this.end({ status: 'cancelled', step, error: null })
    const { project, journal, clock, onSettled, furthest } = this.context
    const { id, until, steps } = this.run
    this.#hasEnded = true
    this.onEnd()
    this.#advanceTo(step)
    return {
      apply: () => {
        if (step === until) {
          project.runs.rest(id, step)
          return onSettled(this.run)
        }
        project.runs.putBack(id, step, this.#place ?? 'front')
        project.log.add(id, {
          time: clock.now(),
          level: 'info',
          message: `Paused at step ${step}; its state is stored.`,
        })
      },
      committed: () => {
        if (step === until) furthest.forget(id)
        else furthest.advance(this.run, step / steps)
        this.#settled()
      },
      refused: (error) => journal.write(this.#closing(failure(error))),
    }
  }

  #started(provenance: Provenance): Change {
    const { project, clock } = this.context
    const { id } = this.run
    const other = this.#earlier && differenceOf(this.#earlier, provenance)
    return this.#change(() => {
      project.runs.setProvenance(id, provenance)
      if (other) project.log.add(id, { time: clock.now(), level: 'warning', message: other })
    })
  }

  #store({ records, log, progress }: Batch): Change {
    const { project, clock, furthest } = this.context
    const { id } = this.run
    const time = clock.now()
    this.#progress = progress ?? this.#progress
    if (progress) this.#advanceTo(Math.max(progress.fraction, furthest.fraction(id) ?? 0) * this.run.steps)
    const lastRecord = records.at(-1)
    const step = Math.max(progress?.step ?? 0, lastRecord?.step ?? 0)
    return this.#change(
      () => {
        project.records.append(id, records)
        for (const entry of log) project.log.add(id, { ...entry, time })
        if (step > 0) project.runs.setStep(id, step)
      },
      () => {
        if (progress) furthest.advance(this.run, progress.fraction)
        if (lastRecord) this.context.measured(this.run, lastRecord.step)
      },
    )
  }

  #keep({ point, kept }: SavedState): Change {
    const { project } = this.context
    this.#deaths = 0
    return this.#change(() => {
      project.checkpoints.save(this.run.id, point, kept)
      project.runs.setStep(this.run.id, point.checkpoint.step)
      project.runs.forgetDeaths(this.run.id)
    })
  }

  #advanceTo(done: number): void {
    if (done <= this.#done) return
    this.context.advanced(this.run, done - this.#done)
    this.#done = done
  }

  #change(apply: () => void, committed?: () => void): Change {
    return {
      apply,
      committed: () => {
        committed?.()
        this.context.changed(this.run)
      },
      refused: (error) => {
        const ending = this.end(failure(error))
        if (ending) this.context.journal.write(ending)
      },
    }
  }
}

export function failure(error: LabError): Final {
  return { status: 'failed', step: null, error: error.toData() }
}

function finalOf(outcome: Exclude<RunOutcome, { status: 'rested' }>): Final {
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

import { createHash } from 'node:crypto'
import { analysisSpecSchema, type AnalysisProgress, type AnalysisSpec, type AnalysisSpecInput, type AnalysisStatus } from '#shared/analysis' // prettier-ignore
import type { AnalysisStarted } from '#shared/contract/analysis'
import { LabError, type ErrorData } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { OutlierChoice } from '#shared/outlierChoice'
import { parseWith, type AnalysisPlan } from '#shared/spec'
import { version } from '../../../package.json'
import type { StoredAnalysis } from '../store/analyses'
import type { Clock } from '../store/clock'
import { toJson } from '../store/columns'
import type { Project } from '../store/project'
import { fromAnalysisSchema, type Analyse, type Analysed } from './analysisProtocol'
import { Journal } from './journal'
import { matricesOf } from './matrixParams'
import { withoutPaths } from './withoutPaths'
import type { StartWorker, WorkerHandle } from './workerHandle'

export interface AnalysisDeskOptions {
  readonly project: Project
  readonly startWorker: StartWorker
  readonly clock: Clock
  /** Whether analyses of runs that an earlier service left cut off go on by themselves. */
  readonly resumes: boolean
  /** Something about an analysis of this run is new; null: of a matrix from a file. */
  onChanged(runId: RunId | null): void
}

/**
 * A cancelled analysis has ended after this time at the latest, also where its worker is in a long product and has not
 * heard of it yet.
 */
const CANCEL_GRACE_MS = 500
/** How long what is left of an analysis that has ended, its last search above all, may take to arrive. */
const LAST_WORDS_MS = 20_000

interface Waiting {
  readonly id: number
  readonly request: Omit<Analyse, 'resume'>
}

interface Active extends Waiting {
  readonly handle: WorkerHandle
  readonly gone: Promise<void>
  progress: AnalysisProgress | null
  cancelled: boolean
  ended: boolean
  /** Kills a process that takes too long over what it was asked. */
  deadline: NodeJS.Timeout | undefined
}

/**
 * Analyses of stored states, one after the other, each in a worker process of its own beside the queue of runs: whoever
 * asks for a spectrum waits for it. Everything that came back is stored before it is told, and kept in memory while the
 * disk refuses it; the next analysis starts once it is stored.
 */
export class AnalysisDesk {
  readonly #options: AnalysisDeskOptions
  readonly #journal: Journal
  readonly #waiting: Waiting[] = []
  #active: Active | null = null
  #closed = false

  constructor(options: AnalysisDeskOptions) {
    this.#options = options
    this.#journal = new Journal(options.project, (trouble) => {
      if (this.#active) this.#changed(this.#active.id)
      if (!trouble) this.#next()
    })
    options.project.analyses.interruptRunning(options.clock.now())
    if (options.resumes) this.#goOn()
  }

  /** Why nothing can be stored at the moment; null when all is well. */
  get trouble(): LabError | null {
    return this.#journal.trouble
  }

  /** Null for an analysis that is not being computed. */
  progress(id: number): AnalysisProgress | null {
    return this.#active?.id === id ? this.#active.progress : null
  }

  /**
   * Eigenvalues of a run's state; at its last stored one where no step is given.
   *
   * @throws LabError 'not-found' if the state is not stored; 'bad-input' for a spec that is not one
   */
  startRun(runId: RunId, step: number | null, input: AnalysisSpecInput): AnalysisStarted {
    const { project } = this.#options
    const spec = parseWith(analysisSpecSchema, input, 'analysis')
    const run = project.runs.get(runId)
    const at = step ?? project.checkpoints.lastStep(runId)
    if (at === null) {
      const message = `None of the states of run ${runId} is stored. States are kept at the last step and where its spec asks.`
      throw new LabError('not-found', message, { runId })
    }
    const checkpoint = project.checkpoints.at(runId, at)
    const isLast = run.status === 'completed' && at === run.step
    const { system, params, seed, backend } = run.spec
    const hash = createHash('sha256').update(toJson({ version, spec, system, params, seed, backend, isLast }))
    for (const { name, data } of checkpoint.arrays) {
      hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    }
    const matrices = [...matricesOf(run.spec.params, project.matrices)]
    const source = { kind: 'run', spec: run.spec, checkpoint, isLast, matrices } as const
    return this.#start({ runId, step: at, matrix: spec.operator, spec }, source, hash.digest('hex'))
  }

  /** What the spec of a run that is complete plans; a state that was never stored is named in its log. */
  startPlan(runId: RunId, plans: readonly AnalysisPlan[]): void {
    for (const { steps, spec } of plans) {
      for (const step of steps.length > 0 ? steps : [null]) {
        this.#startOrSay(runId, step, spec, `The planned analysis of ${spec.operator} was not made`)
      }
    }
  }

  #startOrSay(runId: RunId, step: number | null, spec: AnalysisSpecInput, failure: string): void {
    const { project, clock } = this.#options
    try {
      this.startRun(runId, step, spec)
    } catch (thrown) {
      const message = `${failure}: ${LabError.from(thrown).message}`
      project.log.add(runId, { time: clock.now(), level: 'warning', message })
    }
  }

  /** Eigenvalues of a matrix by the bytes of its NPY file. */
  startMatrix(name: string, bytes: Uint8Array, input: Omit<AnalysisSpecInput, 'operator'>): AnalysisStarted {
    const spec = parseWith(analysisSpecSchema, { ...input, operator: 'matrix' }, 'analysis')
    const source = { kind: 'matrix', name, bytes } as const
    return this.#start({ runId: null, step: null, matrix: name, spec }, source, matrixHash(spec, source))
  }

  /**
   * On from where an analysis of a matrix stopped.
   *
   * @throws LabError 'bad-input' if these are not the bytes that it began with
   */
  resumeMatrix({ id, runId, step, matrix, spec, inputHash }: StoredAnalysis, bytes: Uint8Array): AnalysisStarted {
    const source = { kind: 'matrix', name: matrix, bytes } as const
    if (matrixHash(spec, source) !== inputHash) {
      const message = `This file is not the matrix that analysis ${id} of ${matrix} began with: it differs in content. Choose that file, or start a new analysis.` // prettier-ignore
      throw new LabError('bad-input', message, { id })
    }
    return this.#start({ runId, step, matrix, spec }, source, inputHash)
  }

  /** @throws LabError 'not-found' before it has a result */
  choose(id: number, choice: OutlierChoice): void {
    this.#options.project.analyses.setChoice(id, choice)
    this.#changed(id)
  }

  /** What it has found by then is kept. Cancelling what is over changes nothing. */
  cancel(id: number): void {
    const waiting = this.#waiting.findIndex((one) => one.id === id)
    if (waiting >= 0) {
      this.#waiting.splice(waiting, 1)
      return this.#finish(id, 'cancelled', null)
    }
    const active = this.#active
    if (active?.id !== id || active.cancelled) return
    active.cancelled = true
    active.handle.send({ type: 'cancel', runs: null })
    if (!active.ended) active.deadline = setTimeout(() => this.#end(active, CANCELLED), CANCEL_GRACE_MS)
  }

  /**
   * Ends the worker and waits until it is gone; what had not ended is interrupted. One that was cancelled may still say
   * where its search is, as long as its deadline allows.
   */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#waiting.length = 0
    if (!this.#active?.ended) this.#active?.handle.kill()
    await this.#active?.gone
    const { project, clock } = this.#options
    this.#journal.write({ apply: () => project.analyses.interruptRunning(clock.now()), refused: () => {} })
    // What the disk still refuses stays as it is: whoever opens the project next calls it interrupted.
    this.#journal.close()
  }

  /** A matrix from a file is not stored: only whoever has the file can ask again. */
  #goOn(): void {
    for (const { runId, step, spec } of this.#options.project.analyses.cutOff()) {
      if (runId !== null) this.#startOrSay(runId, step, spec, `The analysis of ${spec.operator} did not go on`)
    }
  }

  #start(
    place: { runId: RunId | null; step: number | null; matrix: string; spec: AnalysisSpec },
    source: Analyse['source'],
    inputHash: string,
  ): AnalysisStarted {
    const { analyses } = this.#options.project
    const known = analyses.byInput(inputHash)
    if (known && ['pending', 'running', 'done'].includes(known.status)) return { analysisId: known.id, known: true }
    const { id }: Pick<StoredAnalysis, 'id'> =
      known ?? analyses.create({ ...place, inputHash, createdAt: this.#options.clock.now() })
    analyses.setStatus(id, 'pending', null)
    this.#waiting.push({ id, request: { type: 'analyse', source, spec: place.spec } })
    this.#options.onChanged(place.runId)
    this.#next()
    return { analysisId: id, known: false }
  }

  #next(): void {
    if (this.#active || this.#closed || this.#journal.trouble) return
    const next = this.#waiting.shift()
    if (!next) return
    let handle: WorkerHandle
    try {
      handle = this.#options.startWorker()
    } catch (thrown) {
      this.#finish(next.id, 'failed', LabError.from(thrown).toData())
      return this.#next()
    }
    const gone = Promise.withResolvers<void>()
    const active: Active = {
      ...next,
      handle,
      gone: gone.promise,
      progress: null,
      cancelled: false,
      ended: false,
      deadline: undefined,
    }
    this.#active = active
    const { analyses } = this.#options.project
    this.#write(next.id, () => analyses.setStatus(next.id, 'running', null))
    handle.onMessage((message) => this.#receive(active, message))
    handle.onExit((code, signal) => {
      clearTimeout(active.deadline)
      if (!active.ended) this.#lost(active, signal ?? `exit code ${code ?? 'unknown'}`)
      gone.resolve()
      this.#active = null
      // Behind what it had to say.
      this.#journal.write({ apply: () => {}, committed: () => this.#next(), refused: () => {} })
    })
    // Only now: the search of an earlier process may have arrived while this one waited.
    handle.send({ ...next.request, resume: analyses.search(next.id) })
  }

  #receive(active: Active, received: unknown): void {
    try {
      const message = parseWith(fromAnalysisSchema, received, 'worker')
      const { analyses } = this.#options.project
      if (message.type === 'search') return this.#write(active.id, () => analyses.saveSearch(active.id, message.search))
      if (message.type === 'over') return active.handle.kill()
      if (message.type === 'analysed') return active.ended ? this.#late(active, message) : this.#end(active, message)
      if (active.ended) return
      const { products, expected, converged, secondsLeft } = message
      active.progress = { products, expected, converged, secondsLeft }
      this.#changed(active.id)
    } catch (thrown) {
      if (!active.ended) this.#end(active, failed(LabError.from(thrown)))
      active.handle.kill()
    }
  }

  #end(active: Active, { status, result, error }: Analysed): void {
    const { project } = this.#options
    active.ended = true
    active.progress = null
    clearTimeout(active.deadline)
    active.deadline = setTimeout(() => active.handle.kill(), LAST_WORDS_MS)
    const save = () => {
      if (result) project.analyses.saveResult(active.id, result)
      if (status === 'done') project.analyses.saveSearch(active.id, null)
    }
    this.#finish(active.id, status, error, save)
  }

  /** What was found by one whose cancellation had taken effect before; it may have been asked for again since. */
  #late({ id }: Active, { result }: Analysed): void {
    if (result) this.#write(id, () => this.#options.project.analyses.saveResult(id, result))
  }

  /** The process is gone without an ending. */
  #lost(active: Active, how: string): void {
    active.ended = true
    if (active.cancelled) return this.#finish(active.id, 'cancelled', null)
    if (this.#closed) return
    const message = `The process of this analysis ended (${how}); out of memory is a frequent cause. Ask again to go on.`
    this.#finish(active.id, 'interrupted', new LabError('internal', message).toData())
  }

  #finish(id: number, status: AnalysisStatus, error: ErrorData | null, save = () => {}): void {
    const { project, clock } = this.#options
    const end = { at: clock.now(), error: error && withoutPaths(error) }
    this.#write(id, () => {
      save()
      project.analyses.setStatus(id, status, end)
    })
  }

  /** What the database takes neither now nor later ends the analysis. */
  #write(id: number, apply: () => void): void {
    const { project, clock } = this.#options
    this.#journal.write({
      apply,
      committed: () => this.#changed(id),
      refused: (refusal) => {
        const error = withoutPaths(refusal.toData())
        project.analyses.setStatus(id, 'failed', { at: clock.now(), error })
        this.#changed(id)
      },
    })
  }

  #changed(id: number): void {
    this.#options.onChanged(this.#options.project.analyses.get(id).runId)
  }
}

function matrixHash(
  spec: AnalysisSpec,
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
): string {
  return createHash('sha256').update(toJson({ version, spec, name })).update(bytes).digest('hex')
}

const CANCELLED: Analysed = { type: 'analysed', status: 'cancelled', result: null, error: null }

function failed(error: LabError): Analysed {
  return { type: 'analysed', status: 'failed', result: null, error: error.toData() }
}

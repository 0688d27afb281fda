import { LabError } from '#shared/errors'
import type { Progress, Provenance, RunOutcome } from '#shared/outcome'
import { keptSteps, measuredSteps, type RunSpec } from '#shared/spec'
import { version } from '../../../package.json'
import { createBackend } from '../compute/backends/select'
import type { ResumePoint } from '../core/checkpoint'
import type { Probe } from '../core/probe'
import type { Sink } from '../core/sink'
import type { Snapshot } from '../core/snapshot'
import type { Resources, StopRule } from '../core/system'
import { totalGradientNorm } from '../probes/gradientNorm'
import { probeById } from '../probes/registry'
import { systemById } from '../systems/registry'
import { Training } from '../train/training'
import { StateKeeper, type SaveState } from './stateKeeper'
import { trainingOf } from './trainingOf'

export interface ExecuteOptions {
  readonly resources: Resources
  readonly sink: Sink
  readonly signal: AbortSignal
  /** Where an earlier execution of the same spec left off; from the beginning when there is none. */
  readonly resume?: ResumePoint | null
  /** Once, before the first step. */
  onStart(provenance: Provenance): void
  /** A few times a second. */
  onProgress(progress: Progress): void
  /** A state to store, after everything measured up to it; `kept`: for good. */
  readonly onCheckpoint?: (point: ResumePoint, kept: boolean) => void
}

/** Training hands the event loop a turn this often, so that cancelling and heartbeats get through. */
const TURN_MS = 40
const PROGRESS_MS = 250

/**
 * spec → model → training with probes → records in the sink.
 *
 * Divergence and cancellation are outcomes; what was recorded before them stays recorded. Resumed, it emits the records
 * after the resume point with the same bits as an execution that was never interrupted.
 *
 * @throws LabError 'bad-input' for parameters or data that are not acceptable, 'unavailable' for a missing device
 */
export async function executeRun(spec: RunSpec, options: ExecuteOptions): Promise<RunOutcome> {
  const { resources, sink, signal, resume = null, onCheckpoint = () => {} } = options
  const system = systemById(spec.system)
  const backend = await createBackend(spec.backend)
  const { training, model, recipe } = trainingOf(spec, resources, backend)
  try {
    const { blas, threads, device } = backend.description
    options.onStart({ version, backend: backend.id, dtype: backend.dtype, blas, threads, device, seed: spec.seed })
    const measuring = (spec.probes ?? system.probes).map(probeById).filter((probe) => probe.applies(model))
    const from = resume?.checkpoint.step ?? -1
    const pace = new Pace(recipe.steps, Math.max(from, 0), options.onProgress)
    const states = new StateKeeper(training, keptSteps(spec.checkpoints, recipe.steps), spec.checkpoints.resumeSeconds)
    if (resume) {
      training.resume(resume.checkpoint)
      sink.log({ level: 'info', message: `Resumed at step ${from}.` })
    }
    let lastFiniteLoss = resume?.lastFiniteLoss ?? NaN
    const save: SaveState = (checkpoint, kept) => onCheckpoint({ checkpoint, lastFiniteLoss }, kept)
    for (const target of measuredSteps(spec, recipe.steps).filter((step) => step > from)) {
      let converged = false
      while (training.step < target && !converged) {
        training.advance()
        if (recipe.stop) converged = await hasConverged(training, recipe.stop)
        if (!(await pace.turn(training.step))) continue
        signal.throwIfAborted()
        // At the target itself, not everything up to this step was measured.
        if (training.step < target && !converged) await states.saveWhenDue(save)
      }
      const { step } = training
      if (converged)
        sink.log({ level: 'info', message: `Converged at step ${step}: ‖∇L‖ < ${recipe.stop?.gradientNorm}.` })
      const snapshot = training.snapshot(converged || step === recipe.steps)
      const { data, regularisation } = await snapshot.loss()
      if (!Number.isFinite(data + regularisation)) {
        sink.log({ level: 'error', message: `Diverged: the loss at step ${step} is ${data + regularisation}.` })
        return { status: 'diverged', step, lastFiniteLoss }
      }
      lastFiniteLoss = data + regularisation
      for (const probe of measuring) await measure(probe, snapshot, sink, signal)
      await pace.turn(training.step, true)
      signal.throwIfAborted()
      await states.saveWhenKept(snapshot.isLast, save)
      if (converged) break
    }
    return { status: 'completed', step: training.step }
  } catch (thrown) {
    if (signal.aborted) return { status: 'cancelled', step: training.step }
    throw thrown
  } finally {
    training.dispose()
    backend.dispose()
  }
}

/** Whether the rule ends the run here; between its looks this costs nothing. */
async function hasConverged(training: Training, { gradientNorm, every }: StopRule): Promise<boolean> {
  return training.step % every === 0 && (await totalGradientNorm(training.snapshot())) < gradientNorm
}

/** A quantity that is undefined for a state (all class means equal, say) is logged and left out; the run goes on. */
async function measure(probe: Probe, snapshot: Snapshot, sink: Sink, signal: AbortSignal): Promise<void> {
  try {
    for (const measurement of await probe.measure(snapshot, signal)) {
      sink.record({ meta: null, ...measurement, step: snapshot.step })
    }
  } catch (thrown) {
    if (!(thrown instanceof LabError && thrown.code === 'degenerate')) throw thrown
    sink.log({ level: 'warning', message: `${probe.title} at step ${snapshot.step}: ${thrown.message}` })
  }
}

/** Turns of the event loop and reports of progress, by the clock. */
class Pace {
  readonly #started = performance.now()
  #lastTurn = this.#started
  #lastReport = 0

  constructor(
    readonly steps: number,
    /** The step it goes on from. */
    readonly from: number,
    readonly report: (progress: Progress) => void,
  ) {}

  /** Gives other work a turn when one is due or forced; whether it did. */
  async turn(step: number, force = false): Promise<boolean> {
    const now = performance.now()
    if (!force && now - this.#lastTurn < TURN_MS) return false
    if (now - this.#lastReport >= PROGRESS_MS || step === this.steps) {
      this.#lastReport = now
      const stepsPerSecond = (step - this.from) / Math.max((now - this.#started) / 1000, 1e-9)
      const secondsLeft = step > this.from ? (this.steps - step) / stepsPerSecond : NaN
      this.report({ step, steps: this.steps, stepsPerSecond, secondsLeft })
    }
    await new Promise((resolve) => setImmediate(resolve))
    this.#lastTurn = performance.now()
    return true
  }
}

import type { Progress, Provenance, RunOutcome } from '#shared/outcome'
import { keptSteps, type RunSpec } from '#shared/spec'
import { version } from '../../../package.json'
import { createBackend } from '../compute/backends/select'
import type { ResumePoint } from '../core/checkpoint'
import type { Sink } from '../core/sink'
import type { Resources } from '../core/system'
import { probeById } from '../probes/registry'
import { systemById } from '../systems/registry'
import { isLook, lookAt, lossOf, measureAll, recordPoints, restOf, type Look } from './measuring'
import { Pace } from './pace'
import { RunClock } from './runClock'
import { StateKeeper, type SaveState } from './stateKeeper'
import { trainingOf } from './trainingOf'

export interface ExecuteOptions {
  readonly resources: Resources
  readonly sink: Sink
  readonly signal: AbortSignal
  /** Where an earlier execution of the same spec left off; from the beginning when there is none. */
  readonly resume?: ResumePoint | null
  /** The step to rest at; to the end when there is none. */
  readonly until?: number | null
  /** Once, before the first step. */
  onStart(provenance: Provenance): void
  /** A few times a second. */
  onProgress(progress: Progress): void
  /** A state to store, after everything measured up to it; `kept`: for good. */
  readonly onCheckpoint?: (point: ResumePoint, kept: boolean) => void
}

const COMPRESSED =
  'they span the rows of features and targets, so the states are those of a run on all samples up to rounding.'

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
  const { training, model, recipe, predictions } = trainingOf(spec, resources, backend)
  try {
    const { blas, threads, device } = backend.description
    const { compression } = training
    const steppedOn = compression ? `${compression.columns} columns for ${compression.samples} samples` : 'all samples'
    const { dtype, id } = backend
    options.onStart({ version, backend: id, dtype, blas, threads, device, seed: spec.seed, steppedOn })
    if (compression) sink.log({ level: 'info', message: `${steppedOn} in every step: ${COMPRESSED}` })
    const measuring = (spec.probes ?? system.probes).map(probeById).filter((probe) => probe.applies(model))
    const clock = new RunClock(recipe, training.options.data.train.targets.cols)
    const from = resume?.checkpoint.step ?? -1
    const pace = new Pace(recipe.steps, Math.max(from, 0), options.onProgress)
    const states = new StateKeeper(training, keptSteps(spec.checkpoints, recipe.steps), spec.checkpoints.resumeSeconds)
    if (resume) {
      training.resume(resume.checkpoint)
      sink.log({ level: 'info', message: `Resumed at step ${from}.` })
    }
    let lastFiniteLoss = resume?.lastFiniteLoss ?? (await lossOf(training.snapshot()))
    const save: SaveState = (checkpoint, kept) => onCheckpoint({ checkpoint, lastFiniteLoss }, kept)
    const rest = restOf(options.until, recipe.steps)
    let hasConverged = false
    for (const target of recordPoints(spec, recipe.steps, from, rest)) {
      let found: Look = 'going'
      while (training.step < target && found === 'going') {
        training.advance()
        if (isLook(training.step, recipe.stop)) found = await lookAt(training.snapshot(), recipe.stop, sink)
        if (!(await pace.turn(training.step))) continue
        // At the target itself, not everything up to this step was measured.
        if (training.step < target && found === 'going') await states.saveWhenDue(save, signal.aborted)
        signal.throwIfAborted()
      }
      const { step } = training
      if (found === 'diverged') return { status: 'diverged', step, lastFiniteLoss }
      const snapshot = training.snapshot(found === 'converged' || step === recipe.steps)
      const loss = await measureAll(measuring, clock, snapshot, sink, signal, predictions)
      if (loss === null) return { status: 'diverged', step, lastFiniteLoss }
      lastFiniteLoss = loss
      await pace.turn(training.step, true)
      await states.saveWhenKept(snapshot.isLast, save, signal.aborted)
      signal.throwIfAborted()
      hasConverged = found === 'converged'
      if (hasConverged) break
    }
    if (rest !== null && !hasConverged) {
      await states.saveWhenDue(save, true)
      return { status: 'rested', step: training.step }
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

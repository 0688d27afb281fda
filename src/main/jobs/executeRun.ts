import type { Progress, Provenance, RunOutcome } from '#shared/outcome'
import { keptSteps, type RunSpec } from '#shared/spec'
import { version } from '../../../package.json'
import { createBackend } from '../compute/backends/select'
import type { ResumePoint } from '../core/checkpoint'
import type { Sink } from '../core/sink'
import type { Resources } from '../core/system'
import { probeById } from '../probes/registry'
import { systemById } from '../systems/registry'
import { isLook, lookAt, lossOf, measureAll, restOf, type Look, type Measuring } from './measuring'
import { costsOf, MeasuringCosts } from './measuringCosts'
import { Pace } from './pace'
import { ProbePlan } from './probePlan'
import type { RunCosts } from './protocol'
import { RunClock } from './runClock'
import { StateKeeper, type SaveState } from './stateKeeper'
import { trainingOf } from './trainingOf'

export interface ExecuteOptions {
  readonly resources: Resources
  readonly sink: Sink
  /** The run is cancelled. */
  readonly signal: AbortSignal
  /** The run is to rest after its step, and what is being measured of that step. */
  readonly pause?: AbortSignal
  /** Where an earlier execution of the same spec left off; from the beginning when there is none. */
  readonly resume?: ResumePoint | null
  /** The step to rest at; to the end when there is none. */
  readonly until?: number | null
  /** Once, before the first step. */
  onStart(provenance: Provenance): void
  /** A few times a second. */
  onProgress(progress: Progress): void
  /** Once, where the run is complete. */
  readonly onCosts?: (costs: RunCosts) => void
  /** A state to store, after everything measured up to it; `kept`: for good. */
  readonly onCheckpoint?: (point: ResumePoint, kept: boolean) => void
}

const COMPRESSED =
  'they span the rows of features and targets, so the states are those of a run on all samples up to rounding.'

/**
 * spec → model → training with probes → records in the sink.
 *
 * Divergence, cancellation and a pause are outcomes; what was recorded before them stays recorded. Resumed, it emits the
 * records after the resume point with the same bits as an execution that was never interrupted.
 *
 * @throws LabError 'bad-input' for parameters or data that are not acceptable, 'unavailable' for a missing device
 */
export async function executeRun(spec: RunSpec, options: ExecuteOptions): Promise<RunOutcome> {
  const { resources, sink, signal, pause, resume = null, onCheckpoint = () => {}, onCosts } = options
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
    const probes = (spec.probes ?? system.probes).map(probeById).filter((probe) => probe.applies(model))
    const clock = new RunClock(recipe, training.options.data.train.targets.cols, resume?.trainedSeconds)
    const from = resume?.checkpoint.step ?? -1
    const rest = restOf(options.until, recipe.steps)
    const plan = new ProbePlan(spec, probes, recipe.steps, rest)
    const costs = new MeasuringCosts(plan, from)
    const pace = new Pace({
      steps: recipe.steps,
      from: Math.max(from, 0),
      before: resume?.trainedSeconds ?? 0,
      costs,
      runs: () => 1,
      report: options.onProgress,
    })
    const measuring: Measuring = { plan, costs, clock, sink, signal, predictions }
    const states = new StateKeeper(training, keptSteps(spec, recipe.steps), spec.checkpoints.resumeSeconds)
    if (resume) {
      training.resume(resume.checkpoint)
      sink.log({ level: 'info', message: `Resumed at step ${from}.` })
    }
    let lastFiniteLoss = resume?.lastFiniteLoss ?? (await lossOf(training.snapshot()))
    const save: SaveState = (checkpoint, kept) =>
      onCheckpoint({ checkpoint, lastFiniteLoss, trainedSeconds: clock.seconds }, kept)
    const isLeaving = () => signal.aborted || (pause?.aborted ?? false)
    let hasConverged = false
    for (const target of plan.after(from)) {
      let found: Look = 'going'
      while (training.step < target && found === 'going') {
        training.advance()
        if (isLook(training.step, recipe.stop)) found = await lookAt(training.snapshot(), recipe.stop, sink)
        if (!(await pace.turn(training.step))) continue
        // At the target itself, not everything up to this step was measured.
        if (training.step === target || found !== 'going') continue
        await states.saveWhenDue(save, isLeaving())
        signal.throwIfAborted()
        if (pause?.aborted) return { status: 'rested', step: training.step }
      }
      const { step } = training
      if (found === 'diverged') return { status: 'diverged', step, lastFiniteLoss }
      const snapshot = training.snapshot(found === 'converged' || step === recipe.steps)
      costs.begin(step, 1)
      const loss = await measureAll(snapshot, measuring)
      costs.finishOne()
      if (loss === null) return { status: 'diverged', step, lastFiniteLoss }
      lastFiniteLoss = loss
      await pace.turn(training.step, true)
      await states.saveWhenKept(snapshot.isLast, save, isLeaving())
      signal.throwIfAborted()
      hasConverged = found === 'converged'
      if (hasConverged) break
      if (pause?.aborted && !snapshot.isLast) return { status: 'rested', step }
    }
    if (rest !== null && !hasConverged) {
      await states.saveWhenDue(save, true)
      return { status: 'rested', step: training.step }
    }
    onCosts?.(costsOf(costs, model, pace.trainingSeconds, training.step - Math.max(from, 0)))
    return { status: 'completed', step: training.step }
  } catch (thrown) {
    if (signal.aborted) return { status: 'cancelled', step: training.step }
    throw thrown
  } finally {
    training.dispose()
    backend.dispose()
  }
}

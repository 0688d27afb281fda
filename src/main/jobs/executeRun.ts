import { LabError } from '#shared/errors'
import type { Progress, Provenance, RunOutcome } from '#shared/outcome'
import { parseParams } from '#shared/params'
import { scheduledSteps, type RunSpec } from '#shared/spec'
import { version } from '../../../package.json'
import { createBackend } from '../compute/backends/select'
import { random } from '../compute/rng/random'
import type { Probe } from '../core/probe'
import type { Sink } from '../core/sink'
import type { Snapshot } from '../core/snapshot'
import type { Resources, StopRule } from '../core/system'
import { totalGradientNorm } from '../probes/gradientNorm'
import { probeById } from '../probes/registry'
import { systemById } from '../systems/registry'
import { Training } from '../train/training'
import { RunClock } from './runClock'

export interface ExecuteOptions {
  readonly resources: Resources
  readonly sink: Sink
  readonly signal: AbortSignal
  /** Once, before the first step. */
  onStart(provenance: Provenance): void
  /** A few times a second. */
  onProgress(progress: Progress): void
}

/** Training hands the event loop a turn this often, so that cancelling and heartbeats get through. */
const TURN_MS = 40
const PROGRESS_MS = 250

/**
 * spec → model → training with probes → records in the sink.
 *
 * Divergence and cancellation are outcomes; what was recorded before them stays recorded.
 *
 * @throws LabError 'bad-input' for parameters or data that are not acceptable, 'unavailable' for a missing device
 */
export async function executeRun(spec: RunSpec, options: ExecuteOptions): Promise<RunOutcome> {
  const { resources, sink, signal } = options
  const system = systemById(spec.system)
  const params = parseParams(system.params, spec.params)
  const backend = await createBackend(spec.backend)
  const model = system.model(params)
  const recipe = system.training(params)
  const root = random(spec.seed, 'run')
  const training = new Training({
    model,
    data: system.data(params, resources),
    initial: system.initial(params, root.derive('initial')),
    recipe,
    backend,
    random: root.derive('training'),
    seed: spec.seed,
  })
  try {
    const { blas, threads, device } = backend.description
    options.onStart({ version, backend: backend.id, dtype: backend.dtype, blas, threads, device, seed: spec.seed })
    const measuring = (spec.probes ?? system.probes).map(probeById).filter((probe) => probe.applies(model))
    const clock = new RunClock(recipe, training.options.data.train.targets.cols)
    const pace = new Pace(recipe.steps, options.onProgress)
    let lastFiniteLoss = NaN
    for (const target of scheduledSteps(spec.schedule, recipe.steps)) {
      let converged = false
      while (training.step < target && !converged) {
        training.advance()
        if (recipe.stop) converged = await hasConverged(training, recipe.stop)
        if (await pace.turn(training.step)) signal.throwIfAborted()
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
      for (const measurement of clock.at(step)) sink.record({ meta: null, ...measurement, step })
      for (const probe of measuring) await measure(probe, snapshot, sink, signal)
      await pace.turn(training.step, true)
      signal.throwIfAborted()
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
    readonly report: (progress: Progress) => void,
  ) {}

  /** Gives other work a turn when one is due or forced; whether it did. */
  async turn(step: number, force = false): Promise<boolean> {
    const now = performance.now()
    if (!force && now - this.#lastTurn < TURN_MS) return false
    if (now - this.#lastReport >= PROGRESS_MS || step === this.steps) {
      this.#lastReport = now
      const stepsPerSecond = step / Math.max((now - this.#started) / 1000, 1e-9)
      const secondsLeft = step > 0 ? (this.steps - step) / stepsPerSecond : NaN
      this.report({ step, steps: this.steps, stepsPerSecond, secondsLeft })
    }
    await new Promise((resolve) => setImmediate(resolve))
    this.#lastTurn = performance.now()
    return true
  }
}

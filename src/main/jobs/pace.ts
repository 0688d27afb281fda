import type { Progress } from '#shared/outcome'
import type { MeasuringCosts } from './measuringCosts'

/** Training hands the event loop a turn this often, so that cancelling and heartbeats get through. */
export const TURN_MS = 40
const PROGRESS_MS = 250

export interface PaceOptions {
  readonly steps: number
  /** The step it goes on from. */
  readonly from: number
  /** Seconds that went into what it goes on from. */
  readonly before: number
  readonly costs: MeasuringCosts
  /** How many runs are measured. */
  runs(): number
  report(progress: Progress): void
}

/** Turns of the event loop and reports of progress, by the clock. */
export class Pace {
  readonly #started = performance.now()
  #lastTurn = this.#started
  #lastReport = -Infinity

  constructor(readonly options: PaceOptions) {}

  /** Time spent on steps, without measuring. */
  get trainingSeconds(): number {
    return Math.max(0, this.#elapsed - this.options.costs.seconds)
  }

  get #elapsed(): number {
    return (performance.now() - this.#started) / 1000
  }

  /** Gives other work a turn when one is due or forced; whether it did. */
  async turn(step: number, force = false): Promise<boolean> {
    const now = performance.now()
    if (!force && now - this.#lastTurn < TURN_MS) return false
    if (now - this.#lastReport >= PROGRESS_MS || (force && step === this.options.steps)) {
      this.#lastReport = now
      this.options.report(this.#progress(step))
    }
    await new Promise((resolve) => setImmediate(resolve))
    this.#lastTurn = performance.now()
    return true
  }

  /** Time is told apart into steps and measuring: a run with costly probes at its first steps is not a slow run. */
  #progress(step: number): Progress {
    const { steps, from, before, costs } = this.options
    const elapsed = Math.max(this.#elapsed, 1e-9)
    const taken = step - from
    const training = taken > 0 ? ((steps - step) * this.trainingSeconds) / taken : NaN
    const measuring = costs.secondsLeft(this.options.runs())
    // Before the first step only the share of the measuring is known.
    const left = measuring + (Number.isNaN(training) ? 0 : training)
    return {
      step,
      steps,
      stepsPerSecond: taken / elapsed,
      secondsLeft: training + measuring,
      fraction: (before + elapsed) / (before + elapsed + left),
    }
  }
}

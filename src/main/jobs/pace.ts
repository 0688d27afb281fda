import type { Progress } from '#shared/outcome'

/** Training hands the event loop a turn this often, so that cancelling and heartbeats get through. */
export const TURN_MS = 40
const PROGRESS_MS = 250

/** Turns of the event loop and reports of progress, by the clock. */
export class Pace {
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

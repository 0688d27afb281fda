/**
 * Processor time of this thread from one turn of the event loop to the next: what the service itself keeps requests
 * waiting for. The delay by the clock holds what neighbours take of the cores too.
 */
export class TurnTimes {
  readonly #milliseconds: number[] = []
  readonly #timer: NodeJS.Timeout
  #before = process.threadCpuUsage()

  constructor() {
    this.#timer = setInterval(() => this.#take(), 5)
  }

  /** The work since the last turn counts too: there may have been none. */
  stop(): void {
    clearInterval(this.#timer)
    this.#take()
    this.#milliseconds.sort((a, b) => a - b)
  }

  #take(): void {
    const { user, system } = process.threadCpuUsage(this.#before)
    this.#before = process.threadCpuUsage()
    this.#milliseconds.push((user + system) / 1000)
  }

  quantile(part: number): number {
    return this.#milliseconds[Math.ceil(part * this.#milliseconds.length) - 1] ?? NaN
  }
}

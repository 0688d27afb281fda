/** Long enough to get on, short enough that nobody notices: two frames of a screen. */
const TURN_MS = 30

/** Long work on the event loop that lets others have their turn every few milliseconds. */
export class Turns {
  readonly #signal: AbortSignal | undefined
  #since = performance.now()

  constructor(signal?: AbortSignal) {
    this.#signal = signal
  }

  /** To be asked between two small pieces of work. @returns whether others had their turn. @throws what aborted the signal */
  async pass(): Promise<boolean> {
    this.#signal?.throwIfAborted()
    if (performance.now() - this.#since < TURN_MS) return false
    await new Promise((resolve) => setImmediate(resolve))
    this.#since = performance.now()
    this.#signal?.throwIfAborted()
    return true
  }
}

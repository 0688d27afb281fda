/** How long work of the service may keep requests waiting. */
export const TURN_MS = 10

/** Long work of the service in turns of the event loop, with requests answered between them. */
export class Turns {
  readonly #signal: AbortSignal | undefined
  #began = performance.now()

  constructor(signal?: AbortSignal) {
    this.#signal = signal
  }

  get isOver(): boolean {
    return performance.now() - this.#began >= TURN_MS
  }

  /** Lets others have theirs. */
  async next(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#began = performance.now()
  }

  /** To be called between two small pieces of work. @returns whether others had theirs. @throws what aborted the signal */
  async pass(): Promise<boolean> {
    this.#signal?.throwIfAborted()
    if (!this.isOver) return false
    await this.next()
    this.#signal?.throwIfAborted()
    return true
  }
}

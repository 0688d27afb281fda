/** How long work of the service may keep requests waiting. */
export const TURN_MS = 10

/** Long work of the service in turns of the event loop, with requests answered between them. */
export class Turns {
  #began = performance.now()

  get isOver(): boolean {
    return performance.now() - this.#began >= TURN_MS
  }

  /** Lets others have theirs. */
  async next(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#began = performance.now()
  }
}

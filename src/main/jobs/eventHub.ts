import type { EventName, Events } from '#shared/contract/index'
import type { RunId } from '#shared/ids'

/** Four times a second is as often as a view can use. */
const INTERVAL_MS = 250

/**
 * Listeners of one event. Per run, a payload is delivered at once and then at most once per interval; the last one is
 * always delivered.
 */
class Channel<Payload extends { readonly runId: RunId }> {
  readonly #listeners = new Set<(payload: Payload) => void>()
  readonly #cooling = new Map<RunId, { timer: NodeJS.Timeout; next: Payload | null }>()

  on(listener: (payload: Payload) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(payload: Payload): void {
    const cooling = this.#cooling.get(payload.runId)
    if (cooling) cooling.next = payload
    else this.#deliver(payload)
  }

  /** Delivers what still waits. */
  close(): void {
    for (const { timer, next } of this.#cooling.values()) {
      clearTimeout(timer)
      if (next) this.#tell(next)
    }
    this.#cooling.clear()
  }

  #deliver(payload: Payload): void {
    const timer = setTimeout(() => {
      const next = this.#cooling.get(payload.runId)?.next
      this.#cooling.delete(payload.runId)
      if (next) this.#deliver(next)
    }, INTERVAL_MS)
    this.#cooling.set(payload.runId, { timer, next: null })
    this.#tell(payload)
  }

  #tell(payload: Payload): void {
    for (const listener of this.#listeners) listener(payload)
  }
}

type Channels = { readonly [E in EventName]: Channel<Events[E]> }

/** The events of the contract. */
export class EventHub {
  readonly #channels: Channels = {
    'run.changed': new Channel(),
    'run.measured': new Channel(),
    'analysis.changed': new Channel(),
  }

  /** Returns what takes the listener away again. */
  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
    return this.#channels[event].on(listener)
  }

  emit<E extends EventName>(event: E, payload: Events[E]): void {
    this.#channels[event].emit(payload)
  }

  close(): void {
    for (const channel of Object.values(this.#channels)) channel.close()
  }
}

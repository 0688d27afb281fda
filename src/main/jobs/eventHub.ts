import type { EventName, Events } from '#shared/contract/index'

/** Four times a second is as often as a view can use. */
const INTERVAL_MS = 250

/**
 * Listeners of one event. Per run, a payload is delivered at once and then at most once per interval; the last one is
 * always delivered.
 */
class Channel<Payload> {
  readonly #listeners = new Set<(payload: Payload) => void>()
  readonly #cooling = new Map<string, { timer: NodeJS.Timeout; next: Payload | null }>()

  /** @param subjectOf what a payload is about: payloads of one subject replace each other */
  constructor(private readonly subjectOf: (payload: Payload) => string) {}

  on(listener: (payload: Payload) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(payload: Payload): void {
    const cooling = this.#cooling.get(this.subjectOf(payload))
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
    const subject = this.subjectOf(payload)
    const timer = setTimeout(() => {
      const next = this.#cooling.get(subject)?.next
      this.#cooling.delete(subject)
      if (next) this.#deliver(next)
    }, INTERVAL_MS)
    this.#cooling.set(subject, { timer, next: null })
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
    'run.changed': new Channel(({ runId }) => runId),
    'run.measured': new Channel(({ runId }) => runId),
    'sweep.changed': new Channel(({ sweepId }) => sweepId),
    'queue.changed': new Channel(() => 'queue'),
    'analysis.changed': new Channel(({ runId }) => runId ?? ''),
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

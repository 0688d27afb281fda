import type { EventName, Events, Reply } from '#shared/contract/index'
import type { HostedService } from '#main/host/hostedService'

type Listeners = { [E in EventName]: Set<(payload: Events[E]) => void> }

/** Answers every call as `reply` says, remembers it, and lets a test push events. */
export class FakeService implements HostedService {
  readonly calls: { method: unknown; input: unknown }[] = []
  private readonly listeners: Listeners = {
    'run.changed': new Set(),
    'run.measured': new Set(),
    'sweep.changed': new Set(),
    'queue.changed': new Set(),
  }

  constructor(private readonly reply: (method: unknown, input: unknown) => Promise<Reply<unknown>>) {}

  call(method: unknown, input: unknown): Promise<Reply<unknown>> {
    this.calls.push({ method, input })
    return this.reply(method, input)
  }

  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
    this.listeners[event].add(listener)
    return () => this.listeners[event].delete(listener)
  }

  emit<E extends EventName>(event: E, payload: Events[E]): void {
    this.listeners[event].forEach((listener) => listener(payload))
  }

  get listenerCount(): number {
    return Object.values(this.listeners).reduce((sum, set) => sum + set.size, 0)
  }
}

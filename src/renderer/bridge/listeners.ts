import type { EventName, Events } from '#shared/contract/index'

type Listener<E extends EventName> = (payload: Events[E]) => void

/** Who listens to which event. */
export function createListeners() {
  const listeners: { readonly [E in EventName]: Set<Listener<E>> } = {
    'run.changed': new Set(),
    'run.measured': new Set(),
    'sweep.changed': new Set(),
    'queue.changed': new Set(),
  }
  return {
    on<E extends EventName>(event: E, listener: Listener<E>): () => void {
      listeners[event].add(listener)
      return () => listeners[event].delete(listener)
    },
    emit<E extends EventName>(event: E, payload: Events[E]): void {
      for (const listener of listeners[event]) listener(payload)
    },
  }
}

import type { SweepId } from '#shared/ids'
import type { EventHub } from '../jobs/eventHub'

/** As often as the hub passes events on. */
const INTERVAL_MS = 250

/**
 * Tells of sweeps and queue a few times a second, however many of their runs change: what an event says has to be
 * counted, and batches change hundreds of runs at once.
 */
export class SweepPulse {
  readonly #sweeps = new Set<SweepId>()
  #timer: NodeJS.Timeout | undefined

  /** @param waiting how many runs wait */
  constructor(
    readonly events: EventHub,
    readonly waiting: () => number,
  ) {}

  changed(sweepId: SweepId | null): void {
    if (sweepId) this.#sweeps.add(sweepId)
    this.#timer ??= setTimeout(() => this.#tell(), INTERVAL_MS)
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #tell(): void {
    this.#timer = undefined
    for (const sweepId of this.#sweeps) this.events.emit('sweep.changed', { sweepId })
    this.#sweeps.clear()
    this.events.emit('queue.changed', { waiting: this.waiting() })
  }
}

import type { Checkpoint } from '../core/checkpoint'
import type { Training } from '../train/training'

/** @param kept for good; otherwise to go on from, until the next one */
export type SaveState = (checkpoint: Checkpoint, kept: boolean) => void

/** Decides when the state of a training is saved: at chosen steps for good, and by the clock to go on from. */
export class StateKeeper {
  #savedAt = performance.now()
  #savedStep = -1

  constructor(
    readonly training: Pick<Training, 'step' | 'checkpoint'>,
    /** Steps whose states are kept. */
    readonly kept: ReadonlySet<number>,
    /** Seconds between states to go on from. */
    readonly resumeSeconds: number,
  ) {}

  /**
   * Call it where everything up to the current step was measured.
   * @param isLeaving the run leaves this process here, but may be resumed
   */
  async saveWhenDue(save: SaveState, isLeaving: boolean): Promise<void> {
    // What is kept already is not saved again as something to be replaced.
    if (this.#savedStep === this.training.step) return
    if (isLeaving || performance.now() - this.#savedAt >= this.resumeSeconds * 1000) await this.#save(save, false)
  }

  /** As saveWhenDue, after a measurement. */
  async saveWhenKept(isLast: boolean, save: SaveState, isLeaving: boolean): Promise<void> {
    if (isLast || this.kept.has(this.training.step)) await this.#save(save, true)
    else await this.saveWhenDue(save, isLeaving)
  }

  async #save(save: SaveState, kept: boolean): Promise<void> {
    save(await this.training.checkpoint(), kept)
    this.#savedStep = this.training.step
    // Saving is not part of the interval: however long it takes, training gets its share.
    this.#savedAt = performance.now()
  }
}

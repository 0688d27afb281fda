import { LabError } from '#shared/errors'
import type { Project } from '../store/project'
import { TURN_MS } from '../core/turns'

export interface Change {
  /** Writes to the project; runs in one transaction with others and may run again after a refusal. */
  readonly apply: () => void
  /** Once it is committed. */
  readonly committed?: () => void
  /** The change cannot be stored, now or later: a defect of whoever made it. */
  readonly refused: (error: LabError) => void
}

const RETRY_MS = 1000

/**
 * Writes changes in order: as many in one transaction as wait and as fit in a turn of the event loop, the rest in the
 * next turns. Where a transaction is refused for one of them, each is written by itself, so that one defect costs one
 * change.
 *
 * When the disk refuses (full, say), the changes and all that follow are kept in memory and tried again every second,
 * so that nothing that reached the service is lost for a reason that passes.
 */
export class Journal {
  readonly #waiting: Change[] = []
  /** So many of the first that wait are written one by one. */
  #single = 0
  #trouble: LabError | null = null
  #timer: NodeJS.Timeout | undefined
  #turn: NodeJS.Immediate | undefined
  #flushing = false

  /** @param onTrouble called when writing stops, and with null when it goes on */
  constructor(
    readonly project: Project,
    readonly onTrouble: (trouble: LabError | null) => void,
  ) {}

  /** Why nothing can be stored at the moment; null when all is well. */
  get trouble(): LabError | null {
    return this.#trouble
  }

  write(...changes: readonly Change[]): void {
    this.#waiting.push(...changes)
    // What waits for its turn keeps its place before these.
    if (!this.#trouble && !this.#turn) this.#flush(performance.now() + TURN_MS)
  }

  /** Tries once more, whatever time it takes, and gives up on the rest. */
  close(): void {
    clearImmediate(this.#turn)
    this.#flush(Infinity)
    clearTimeout(this.#timer)
    this.#waiting.length = 0
  }

  #flush(deadline: number): void {
    if (this.#flushing) return // a change that follows from a commit is taken up by the loop below
    this.#flushing = true
    this.#turn = undefined
    try {
      while (this.#waiting.length > 0) {
        const error = this.#writeSome(deadline)
        if (error) return this.#pause(error)
        if (performance.now() >= deadline) break
      }
    } finally {
      this.#flushing = false
    }
    if (this.#waiting.length > 0) this.#turn = setImmediate(() => this.#flush(performance.now() + TURN_MS))
    this.#resume()
  }

  /** One transaction. Returns the refusal of the disk; what another refusal means is settled here. */
  #writeSome(deadline: number): LabError | null {
    const most = this.#single > 0 ? 1 : this.#waiting.length
    let taken = 0
    try {
      this.project.transaction(() => {
        taken = 0
        while (taken < most && (taken === 0 || performance.now() < deadline)) this.#waiting[taken++]!.apply()
      })
    } catch (thrown) {
      const error = LabError.from(thrown)
      if (error.code === 'storage') return error
      if (taken > 1) this.#single = taken
      else this.#shift(1).forEach((change) => change.refused(error))
      return null
    }
    for (const change of this.#shift(taken)) change.committed?.()
    return null
  }

  #shift(count: number): readonly Change[] {
    this.#single = Math.max(0, this.#single - count)
    return this.#waiting.splice(0, count)
  }

  #pause(error: LabError): void {
    const isNew = this.#trouble === null
    this.#trouble = error
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#flush(performance.now() + TURN_MS), RETRY_MS)
    if (isNew) this.onTrouble(error)
  }

  #resume(): void {
    if (!this.#trouble) return
    this.#trouble = null
    this.onTrouble(null)
  }
}

import { LabError } from '#shared/errors'
import type { Project } from '../store/project'

export interface Change {
  /** Writes to the project; runs in one transaction and may run again after a refusal of the disk. */
  readonly apply: () => void
  /** Once it is committed. */
  readonly committed?: () => void
  /** The change cannot be stored, now or later: a defect of whoever made it. */
  readonly refused: (error: LabError) => void
}

/** Changes that are written together, and one by one if that is refused, so that one defect costs one change. */
interface Group extends Change {
  readonly parts?: readonly Change[]
}

const RETRY_MS = 1000

/**
 * Writes changes in order, each in a transaction of its own.
 *
 * When the disk refuses (full, say), the change and all that follow are kept in memory and tried again every second,
 * so that nothing that reached the service is lost for a reason that passes.
 */
export class Journal {
  readonly #waiting: Group[] = []
  #trouble: LabError | null = null
  #timer: NodeJS.Timeout | undefined
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

  write(change: Change): void {
    this.#waiting.push(change)
    if (!this.#trouble) this.flush()
  }

  /** In one transaction. */
  writeTogether(parts: readonly Change[]): void {
    const [only] = parts
    if (only && parts.length === 1) return this.write(only)
    this.#waiting.push({
      apply: () => parts.forEach((part) => part.apply()),
      committed: () => parts.forEach((part) => part.committed?.()),
      refused: () => {},
      parts,
    })
    if (!this.#trouble) this.flush()
  }

  /** Tries whatever waits. */
  flush(): void {
    if (this.#flushing) return // a change that follows from a commit is taken up by the loop below
    this.#flushing = true
    try {
      for (let change = this.#waiting[0]; change; change = this.#waiting[0]) {
        const error = this.#attempt(change)
        if (error?.code === 'storage') return this.#pause(error)
        this.#waiting.shift()
        if (error && change.parts) this.#waiting.unshift(...change.parts)
        else if (error) change.refused(error)
        else change.committed?.()
      }
    } finally {
      this.#flushing = false
    }
    this.#resume()
  }

  /** Tries once more and gives up on the rest. */
  close(): void {
    this.flush()
    clearTimeout(this.#timer)
    this.#waiting.length = 0
  }

  #attempt(change: Change): LabError | null {
    try {
      this.project.transaction(change.apply)
      return null
    } catch (thrown) {
      return LabError.from(thrown)
    }
  }

  #pause(error: LabError): void {
    const isNew = this.#trouble === null
    this.#trouble = error
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.flush(), RETRY_MS)
    if (isNew) this.onTrouble(error)
  }

  #resume(): void {
    if (!this.#trouble) return
    this.#trouble = null
    this.onTrouble(null)
  }
}

import { LabError } from '#shared/errors'
import type { FieldIssue } from '#shared/params'

const MB = 1e6
/** Below this nothing starts: enough for what trains to end, and for a backup to be thought of. */
const NOTHING_STARTS = 500 * MB
/** Below this what trains is stopped while its last state can still be stored. */
const NOTHING_TRAINS = 100 * MB
const LOOK_EVERY_MS = 3000

export interface DiskWatch {
  /** Left for this user on the disk of the project. */
  freeBytes(): number
  /** Whether there is anything to watch for. */
  isNeeded(): boolean
  /** What trains has to stop. */
  stop(trouble: LabError): void
  /** There is enough again, or not enough any more. */
  changed(): void
  /** Looked again, and there is enough. */
  goOn(): void
}

/** Looks before a run starts, and every few seconds while runs train or wait for space. */
export class DiskGuard {
  #trouble: LabError | null = null
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(readonly watch: DiskWatch) {}

  /** Why nothing starts; null while there is space. */
  get trouble(): LabError | null {
    return this.#trouble
  }

  /** @returns whether a run may start */
  look(): boolean {
    const free = this.watch.freeBytes()
    const before = this.#trouble
    this.#trouble = free < NOTHING_STARTS ? (before ?? lowDisk(free)) : null
    if (this.#trouble && free < NOTHING_TRAINS) this.watch.stop(lowDisk(free))
    this.#lookAgain()
    if ((before === null) !== (this.#trouble === null)) this.watch.changed()
    return this.#trouble === null
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #lookAgain(): void {
    if (this.#closed || this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if ((this.#trouble || this.watch.isNeeded()) && this.look()) this.watch.goOn()
    }, LOOK_EVERY_MS)
  }
}

/**
 * What to say before a start of what the disk of the project has no room for; null where it has. Nothing is refused: an
 * estimate may be rough, and the queue pauses in time.
 *
 * @param bytes that the runs will store, by the estimate
 */
export function storageAdvice(bytes: number, free: number): string | null {
  if (bytes <= Math.max(0, free - NOTHING_STARTS)) return null
  return (
    `By the estimate ${Math.ceil(bytes / MB)} MB will be stored, and the disk of the project has ${Math.floor(free / MB)} MB ` +
    `left, of which the queue leaves ${NOTHING_STARTS / MB} MB alone: it would pause before the end, and go on by itself ` +
    'once there is space. Free some, or store less: fewer seeds, measured steps, or states that are kept.'
  )
}

/** A preview with that advice before all other. */
export function withStorageAdvice<
  Preview extends { readonly estimate: { readonly bytes: number } | null; readonly advice: readonly FieldIssue[] },
>(preview: Preview, free: number): Preview {
  const message = preview.estimate && storageAdvice(preview.estimate.bytes, free)
  return message === null ? preview : { ...preview, advice: [{ path: 'storage', message }, ...preview.advice] }
}

function lowDisk(free: number): LabError {
  const message =
    `The disk of the project has ${Math.floor(free / MB)} MB left; below ${NOTHING_STARTS / MB} MB no run starts, below ` +
    `${NOTHING_TRAINS / MB} MB none trains. Free some space: empty the bin of the project, or move other files. ` +
    'The queue goes on by itself.'
  return new LabError('storage', message, { free })
}

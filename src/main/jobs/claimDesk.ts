import { LabError } from '#shared/errors'
import type { ClaimResult } from '#shared/records'
import { parseWith } from '#shared/spec'
import { claimAnswerSchema } from './exactClaim'
import type { StartWorker, WorkerHandle } from './workerHandle'

/** Claims that no run stands behind, checked one after the other, each in a process of its own. */
export class ClaimDesk {
  #last: Promise<unknown> = Promise.resolve()
  #handle: WorkerHandle | null = null
  #closed = false

  constructor(readonly startWorker: StartWorker) {}

  /** @throws LabError as the check did; 'unavailable' where its process ended or the desk was closed before */
  check(system: string, claimId: string): Promise<ClaimResult> {
    const checked = this.#last.then(() => this.#check(system, claimId))
    this.#last = checked.catch(() => undefined)
    return checked
  }

  /** Ends what is being checked and waits until its process is gone. */
  async close(): Promise<void> {
    this.#closed = true
    this.#handle?.kill()
    await this.#last
  }

  async #check(system: string, claimId: string): Promise<ClaimResult> {
    if (this.#closed) throw new LabError('unavailable', `Claim ${claimId} was not checked: the application was closed.`)
    const handle = (this.#handle = this.startWorker())
    const answer = Promise.withResolvers<unknown>()
    const gone = Promise.withResolvers<void>()
    handle.onMessage((message) => answer.resolve(message))
    handle.onExit((code, signal) => {
      const how = signal ?? `exit code ${code ?? 'unknown'}`
      answer.reject(new LabError('unavailable', `Claim ${claimId}: the process that checked it ended (${how}).`))
      gone.resolve()
    })
    try {
      handle.send({ type: 'claim', system, claimId })
      const checked = parseWith(claimAnswerSchema, await answer.promise, 'worker')
      if (checked.type === 'checked') return checked.result
      const { code, message, details } = checked.error
      throw new LabError(code, message, details)
    } finally {
      handle.kill()
      await gone.promise
      this.#handle = null
    }
  }
}

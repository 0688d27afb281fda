import type { Resources } from '../core/system'
import { serveJob, type Execute, type ExecuteTogether } from './serveJob'
import type { StartWorker } from './workerHandle'

/**
 * Workers inside this process, for tests: the same protocol, every message cloned as between processes.
 * `kill` silences the job at once and aborts it; what it computes until it notices is dropped.
 */
export function inProcessWorker(execute: Execute, resources: Resources, together?: ExecuteTogether): StartWorker {
  return () => {
    const toService: ((message: unknown) => void)[] = []
    const toJob: ((message: unknown) => void)[] = []
    const onExit: ((code: number | null, signal: string | null) => void)[] = []
    let alive = true

    function deliver(listeners: readonly ((message: unknown) => void)[], message: unknown): void {
      const copy: unknown = structuredClone(message)
      setImmediate(() => {
        if (alive) for (const listener of listeners) listener(copy)
      })
    }

    const port = {
      post: (message: unknown) => deliver(toService, message),
      onMessage: (listener: (message: unknown) => void) => void toJob.push(listener),
    }
    void serveJob(port, execute, resources, together)

    return {
      pid: null,
      send: (message) => deliver(toJob, message),
      onMessage: (listener) => void toService.push(listener),
      onExit: (listener) => void onExit.push(listener),
      kill() {
        if (!alive) return
        alive = false
        for (const listener of toJob) listener({ type: 'cancel', runs: null })
        setImmediate(() => {
          for (const listener of onExit) listener(null, 'SIGKILL')
        })
      },
    }
  }
}

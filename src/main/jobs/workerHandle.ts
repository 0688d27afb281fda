import { fork } from 'node:child_process'
import { probedBlasEnvironment } from '../compute/backends/probedBlas'
import type { ToWorker } from './protocol'

/** One worker process as the scheduler sees it. Messages arrive in order, and all of them before the exit. */
export interface WorkerHandle {
  /** Null when there is no process of its own, or it could not start. */
  readonly pid: number | null
  send(message: ToWorker): void
  /** Whatever arrives; the scheduler parses it. */
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (code: number | null, signal: string | null) => void): void
  /** At once, whatever it is doing. */
  kill(): void
}

export type StartWorker = () => WorkerHandle

/**
 * Environment of a worker process. One BLAS thread each: the slots already fill the cores, and libraries read these
 * variables only while they load.
 */
export function workerEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...probedBlasEnvironment(),
    OPENBLAS_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    BLIS_NUM_THREADS: '1',
    OMP_NUM_THREADS: '1',
    VECLIB_MAXIMUM_THREADS: '1',
  }
}

/** Workers as child processes of plain Node; `args` reach the entry as its command line. */
export function forkWorker(entryPath: string, args: readonly string[] = []): StartWorker {
  return () => {
    const child = fork(entryPath, args, {
      serialization: 'advanced', // typed arrays arrive as typed arrays
      env: workerEnvironment(),
      execArgv: [],
      stdio: ['ignore', 2, 2, 'ipc'], // whatever a library prints must not mix with the output of the command line
    })
    let exited: { code: number | null; signal: string | null } | null = null
    let reported = false
    const exitListeners: ((code: number | null, signal: string | null) => void)[] = []

    // The process may be gone while its last messages are still in the pipe: the end is told when both are over.
    function report(): void {
      if (!exited || child.connected || reported) return
      reported = true
      for (const listener of exitListeners) listener(exited.code, exited.signal)
    }
    child.on('exit', (code, signal) => {
      exited = { code, signal }
      report()
    })
    child.on('disconnect', report)
    child.on('error', () => {
      // Also raised when a message could not be sent, which the exit that follows explains better.
      if (child.pid !== undefined) return
      exited = { code: null, signal: null }
      report()
    })

    return {
      pid: child.pid ?? null,
      send(message) {
        if (child.connected) child.send(message)
      },
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void exitListeners.push(listener),
      kill: () => void child.kill('SIGKILL'),
    }
  }
}

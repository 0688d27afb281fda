import { utilityProcess } from 'electron'
import { workerEnvironment, type StartWorker } from '../jobs/workerHandle'
import { definedOnly } from './definedOnly'

/** Workers as Electron's utility processes: the same entry, the same messages, a process of their own. */
export function utilityWorker(entryPath: string, args: readonly string[] = []): StartWorker {
  return () => {
    const child = utilityProcess.fork(entryPath, [...args], {
      env: definedOnly(workerEnvironment()),
      serviceName: 'Collapsar worker',
    })
    let hasExited = false
    child.once('exit', () => (hasExited = true))
    return {
      // The process starts in its own time; until then Electron knows no id.
      get pid() {
        return child.pid ?? null
      },
      send(message) {
        if (!hasExited) child.postMessage(message)
      },
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.once('exit', (code) => listener(code, null)),
      kill() {
        // SIGKILL rather than Electron's SIGTERM: native code in a long call does not come round to answering.
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
        else child.kill()
      },
    }
  }
}

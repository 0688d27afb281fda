import { LabError } from '#shared/errors'
import type { WorkerPort } from './serveJob'

/** What Electron gives a utility process; declared here because this side is plain Node. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

/** The line of this process to the service that started it. When the service dies, so does this process. */
export function processPort(): WorkerPort {
  const parentPort: unknown = Reflect.get(process, 'parentPort')
  if (isParentPort(parentPort)) {
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => void parentPort.on('message', (event) => listener(event.data)),
    }
  }
  if (!process.send) {
    throw new LabError('bad-input', 'worker: started on its own; it works only as a process of the service.')
  }
  const send = process.send.bind(process)
  process.on('disconnect', () => process.exit(1))
  return {
    // What cannot be sent any more has no reader: the disconnect ends this process.
    post: (message) => void send(message, () => undefined),
    onMessage: (listener) => void process.on('message', listener),
  }
}

function isParentPort(value: unknown): value is ParentPort {
  return (
    typeof value === 'object' &&
    value !== null &&
    'postMessage' in value &&
    typeof value.postMessage === 'function' &&
    'on' in value &&
    typeof value.on === 'function'
  )
}

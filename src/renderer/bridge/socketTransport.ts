import { ref } from 'vue'
import { decode, encode, serverFrameSchema } from '#shared/contract/wire'
import type { Method, Reply, Requests } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import type { Connection, Transport } from './client'
import { isEventName, parseEvent, parseReply } from './frames'
import { createListeners } from './listeners'

const firstRetryMs = 250
const longestRetryMs = 5000
/** Half of what the host accepts at once from one page; the rest waits here. */
const mostInFlight = 32

/** The bridge over a WebSocket. A lost connection is tried again for ever, with growing pauses. */
export function createSocketTransport(url: string): Transport {
  const connection = ref<Connection>('connecting')
  const listeners = createListeners()
  const pending = new Map<number, (reply: Reply<unknown>) => void>()
  let waiting: Uint8Array<ArrayBuffer>[] = []
  let nextId = 1
  let retryMs = firstRetryMs
  let socket = connect()

  function connect(): WebSocket {
    const opened = new WebSocket(url)
    opened.binaryType = 'arraybuffer'
    opened.addEventListener('open', () => {
      connection.value = 'open'
      retryMs = firstRetryMs
      sendWaiting()
    })
    opened.addEventListener('message', ({ data }: { readonly data: unknown }) => {
      try {
        receive(data)
      } catch {
        // What cannot be read belongs to no question we know of: begin anew, which answers every open one.
        opened.close()
      }
    })
    opened.addEventListener('close', () => {
      connection.value = 'lost'
      failPending()
      setTimeout(() => (socket = connect()), retryMs)
      retryMs = Math.min(2 * retryMs, longestRetryMs)
    })
    return opened
  }

  /** @throws LabError or ZodError if the frame is not one of ours */
  function receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer))
      throw new LabError('bad-input', 'The service sent text, expected binary frames.')
    const frame = serverFrameSchema.parse(decode(new Uint8Array(data)))
    if ('event' in frame) {
      // A newer service may push events that this page does not know.
      if (isEventName(frame.event)) listeners.emit(frame.event, parseEvent(frame.event, frame.payload))
      return
    }
    pending.get(frame.id)?.(parseReply(frame.reply))
    pending.delete(frame.id)
    sendWaiting()
  }

  function sendWaiting(): void {
    if (socket.readyState !== WebSocket.OPEN) return
    while (waiting.length > 0 && pending.size - waiting.length < mostInFlight) {
      const frame = waiting.shift()
      if (frame) socket.send(frame)
    }
  }

  /** The service may or may not have acted on them: only the person can decide to ask again. */
  function failPending(): void {
    const error = new LabError('unavailable', 'The connection to the service was lost before it answered. Try again.')
    for (const settle of pending.values()) settle({ ok: false, error: error.toData() })
    pending.clear()
    waiting = []
  }

  function request<M extends Method>(method: M, input: Requests[M]['input']): Promise<Reply<Requests[M]['output']>> {
    const id = nextId++
    const frame = encode({ id, method, input })
    return new Promise((resolve) => {
      // The contract has no schemas for outputs: the peer is our own service, reached with our token.
      pending.set(id, (reply) => resolve(reply as Reply<Requests[M]['output']>))
      waiting.push(frame)
      sendWaiting()
    })
  }

  return { connection, request, on: listeners.on }
}

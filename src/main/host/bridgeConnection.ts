import type { RawData, WebSocket } from 'ws'
import { eventNames } from '#shared/contract/schemas'
import { decode, encode, requestFrameSchema, type RequestFrame } from '#shared/contract/wire'
import { LabError } from '#shared/errors'
import { parseWith } from '#shared/spec'
import type { HostedService } from './hostedService'

/** Requests are small: a spec of some kilobytes is the largest. */
export const MAX_REQUEST_BYTES = 2 ** 20
export const MAX_IN_FLIGHT = 64
/** A page for which so many events wait reads no more; it finds everything again when it comes back. */
export const MAX_UNREAD_EVENTS = 10_000

const CLOSE_UNSUPPORTED = 1003
const CLOSE_MALFORMED = 1007

/** Serves one page over its WebSocket: requests answered by id, events pushed as they come. */
export function serveBridge(socket: WebSocket, service: HostedService): void {
  let [inFlight, unread] = [0, 0]
  const stops = eventNames.map((event) =>
    service.on(event, (payload) => {
      if (unread >= MAX_UNREAD_EVENTS) return socket.terminate()
      unread++
      void push(socket, { event, payload }).finally(() => unread--)
    }),
  )
  socket.on('close', () => stops.forEach((stop) => stop()))
  // ws itself closes the connection after a protocol error or an oversized message; unheard, the event would throw.
  socket.on('error', () => undefined)
  socket.on('message', (data, isBinary) => {
    const request = readRequest(socket, data, isBinary)
    if (!request) return
    if (inFlight >= MAX_IN_FLIGHT) {
      const message = `More than ${MAX_IN_FLIGHT} requests at once. Wait for replies before asking for more.`
      void push(socket, { id: request.id, reply: { ok: false, error: new LabError('conflict', message).toData() } })
      return
    }
    inFlight++
    // A request counts until its reply was handed to the network: a reader that is too slow limits itself.
    void answer(socket, service, request).finally(() => inFlight--)
  })
}

async function answer(socket: WebSocket, service: HostedService, { id, method, input }: RequestFrame): Promise<void> {
  try {
    await push(socket, { id, reply: await service.call(method, input) })
  } catch {
    // The service replies with its errors; what throws is a reply that the wire cannot carry.
    const error = new LabError('internal', `The reply to ${method} is too large or cannot be sent.`)
    await push(socket, { id, reply: { ok: false, error: error.toData() } })
  }
}

function readRequest(socket: WebSocket, data: RawData, isBinary: boolean): RequestFrame | null {
  if (!isBinary || !(data instanceof Uint8Array)) {
    socket.close(CLOSE_UNSUPPORTED, 'Only binary messages.')
    return null
  }
  try {
    return parseWith(requestFrameSchema, decode(data), 'request')
  } catch (error) {
    // Without an id there is nothing to reply to, and a page of ours never sends such a thing.
    socket.close(CLOSE_MALFORMED, LabError.from(error).code)
    return null
  }
}

function push(socket: WebSocket, frame: unknown): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.OPEN) socket.send(encode(frame), () => resolve())
    else resolve()
  })
}

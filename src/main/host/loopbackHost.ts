import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { LabError } from '#shared/errors'
import { MAX_REQUEST_BYTES, serveBridge } from './bridgeConnection'
import type { HostedService } from './hostedService'
import { HostSession } from './hostSession'
import { openPageFolder } from './pageFolder'
import { pageServer } from './pageServer'

const LOOPBACK = '127.0.0.1'
export const MAX_PAGES = 32
/** More are closed at once. Those without a whole request are closed after a while, so that nobody keeps pages out. */
export const MAX_CONNECTIONS = 256
const PATIENCE_MS = 10_000

export interface LoopbackHost {
  /** With the token: whoever has it may use the workbench. */
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

export interface LoopbackHostOptions {
  readonly service: HostedService
  /** The built renderer. */
  readonly pages: string
  /** 0 for any free one. */
  readonly port: number
  /** How long a connection may take for the head of a request; ten seconds unless a test is in a hurry. */
  readonly patienceMs?: number
}

/**
 * The workbench in a browser: the same pages and the same service as in the window, on this machine's own interface only.
 * @throws LabError 'conflict' where the port is taken, 'unavailable' where the pages were not built
 */
export async function startLoopbackHost({
  service,
  pages,
  port,
  patienceMs = PATIENCE_MS,
}: LoopbackHostOptions): Promise<LoopbackHost> {
  const folder = await openPageFolder(pages)
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    requestTimeout: 3 * patienceMs,
    headersTimeout: patienceMs,
    connectionsCheckingInterval: patienceMs / 2,
  })
  server.maxConnections = MAX_CONNECTIONS
  const listening = await listen(server, port)
  const session = new HostSession(`collapsar-${listening}`)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST_BYTES, perMessageDeflate: false })
  server.on('request', pageServer(session, folder))
  server.on('upgrade', (request, stream, head) => {
    const refusal = refusalOf(request, session, sockets)
    if (refusal) return refuseUpgrade(stream, refusal, patienceMs)
    sockets.handleUpgrade(request, stream, head, (socket) => serveBridge(socket, service))
  })
  return {
    address: `http://${LOOPBACK}:${listening}/?token=${session.token}`,
    port: listening,
    close: () => close(server, sockets),
  }
}

function refusalOf(request: IncomingMessage, session: HostSession, sockets: WebSocketServer): string | null {
  if (request.url !== '/bridge') return '404 Not Found'
  if (!session.hasOwnHost(request) || !session.hasOwnOrigin(request) || !session.hasCookie(request))
    return '403 Forbidden'
  return sockets.clients.size >= MAX_PAGES ? '503 Service Unavailable' : null
}

function refuseUpgrade(stream: Duplex, status: string, patienceMs: number): void {
  stream.on('error', () => stream.destroy())
  // An upgrade is out of the server's care: without this, whoever keeps its own half open keeps the connection.
  const cut = setTimeout(() => stream.destroy(), patienceMs)
  stream.resume().once('close', () => clearTimeout(cut))
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, port)))
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function listenError(error: Error, port: number): Error {
  const code = 'code' in error ? error.code : undefined
  const advice = 'Choose another with --port, or leave --port out for any free one.'
  if (code === 'EADDRINUSE') {
    return new LabError('conflict', `Port ${port} is in use by another program. ${advice}`, { port }, { cause: error })
  }
  if (code === 'EACCES') {
    return new LabError('conflict', `Port ${port} may not be used by this user. ${advice}`, { port }, { cause: error })
  }
  return error
}

async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.close(1001, 'The workbench was closed.')
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // Pages answer the closing message at once; those that do not are cut off.
  const cut = setTimeout(() => {
    sockets.clients.forEach((socket) => socket.terminate())
    server.closeAllConnections()
  }, 500)
  await closed
  clearTimeout(cut)
}

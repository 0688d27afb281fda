import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HostSession } from './hostSession'
import type { PageFolder } from './pageFolder'
import { SECURITY_HEADERS } from './securityHeaders'

const MAX_URL = 2048
const NO_COOKIE =
  'This workbench answers only to the address it printed when it started. ' +
  'Copy that whole address, with its token, into the address bar.\n'

/** Answers the HTTP requests of a loopback host: the exchange of the token, and the page's files. */
export function pageServer(session: HostSession, pages: PageFolder) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, session, pages).catch(() => refuse(response, 500, 'The page could not be read.\n'))
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  session: HostSession,
  pages: PageFolder,
): Promise<void> {
  const { method, url = '' } = request
  if (!session.hasOwnHost(request)) return refuse(response, 403, 'This name is not one of this host.\n')
  if (request.headers.origin !== undefined && !session.hasOwnOrigin(request)) {
    return refuse(response, 403, 'Other pages may not use this host.\n')
  }
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD.\n')
  if (url.length > MAX_URL) return refuse(response, 414, 'The address is too long.\n')
  const queryAt = url.indexOf('?')
  const path = queryAt < 0 ? url : url.slice(0, queryAt)
  const token = queryAt < 0 ? null : new URLSearchParams(url.slice(queryAt)).get('token')
  if (path === '/' && token !== null) {
    if (!session.accepts(token)) return refuse(response, 403, NO_COOKIE)
    // Redirected at once, so that the token stays in neither the history nor a copied address.
    response.writeHead(303, { ...SECURITY_HEADERS, 'Set-Cookie': session.cookie(), Location: '/' }).end()
    return
  }
  if (!session.hasCookie(request)) return refuse(response, 403, NO_COOKIE)
  const file = await pages.read(path)
  if (!file) return refuse(response, 404, 'There is no such file.\n')
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    'Content-Type': file.contentType,
    'Content-Length': file.bytes.byteLength,
  })
  response.end(method === 'HEAD' ? undefined : file.bytes)
}

function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { ...SECURITY_HEADERS, 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
  response.end(why)
}

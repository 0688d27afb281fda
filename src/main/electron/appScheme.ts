import { protocol, type Session } from 'electron'
import type { PageFolder } from '../host/pageFolder'
import { SECURITY_HEADERS } from '../host/securityHeaders'

const SCHEME = 'app'
export const APP_ORIGIN = `${SCHEME}://collapsar`
export const START_PAGE = `${APP_ORIGIN}/`

/** Has to run before the app is ready: a page of a standard and secure scheme has an origin of its own. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built renderer under app://collapsar/, by the same rules as the loopback host. */
export function handleAppScheme(session: Session, pages: PageFolder): void {
  session.protocol.handle(SCHEME, async ({ url, method }) => {
    const { host, pathname, search } = new URL(url)
    if (`${SCHEME}://${host}` !== APP_ORIGIN || search !== '' || method !== 'GET') return refuse(403)
    const file = await pages.read(pathname)
    if (!file) return refuse(404)
    return new Response(file.bytes, { headers: { ...SECURITY_HEADERS, 'Content-Type': file.contentType } })
  })
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: SECURITY_HEADERS })
}

/** Whether a page, frame or request is one of ours. */
export function isAppUrl(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`)
}

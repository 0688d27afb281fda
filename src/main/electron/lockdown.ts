import { app, shell, type Session, type WebContents } from 'electron'
import { isExternalLink } from '#shared/externalLink'
import { isAppUrl } from './appScheme'

/** Below the sessions: no name is ever looked up, whoever asks. Has to run before the app is ready. */
export function lockNetwork(): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
}

/**
 * Offline by construction: nothing but our own pages is ever requested. Of the permissions only one is given: our page
 * may put text on the clipboard (reading it is another permission).
 */
export function lockSession(session: Session): void {
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !isOwnRequest(url) }))
  session.setPermissionRequestHandler((_contents, permission, callback, details) =>
    callback(isPermitted(permission, details)),
  )
  session.setPermissionCheckHandler((_contents, permission, _origin, details) => isPermitted(permission, details))
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
}

/** A window shows the workbench and nothing else. */
export function lockContents(contents: WebContents): void {
  // Connections between browsers go past session and content security policy: these are left without a way out.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternalLink(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}

function isPermitted(permission: string, frame: { isMainFrame: boolean; requestingUrl?: string }): boolean {
  const isOwn = frame.isMainFrame && isAppUrl(frame.requestingUrl ?? '')
  return permission === 'clipboard-sanitized-write' && isOwn
}

/**
 * data: and blob: stay inside the page: pictures that a chart draws before they are saved. The developer tools are part
 * of Electron; what they would fetch from elsewhere is not under "bundled".
 */
function isOwnRequest(url: string): boolean {
  if (url.startsWith('data:') || url.startsWith('devtools://devtools/bundled/')) return true
  return isAppUrl(url.startsWith('blob:') ? url.slice('blob:'.length) : url)
}

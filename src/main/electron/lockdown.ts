import { shell, type Session, type WebContents } from 'electron'
import { isExternalLink } from '#shared/externalLink'
import { isAppUrl } from './appScheme'

/** Offline by construction: nothing but our own pages is ever requested, and no permission is ever given. */
export function lockSession(session: Session): void {
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !isOwnRequest(url) }))
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
}

/** A window shows the workbench and nothing else. */
export function lockContents(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternalLink(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}

/** data: and blob: stay inside the page: pictures that a chart draws before they are saved. */
function isOwnRequest(url: string): boolean {
  if (url.startsWith('data:')) return true
  return isAppUrl(url.startsWith('blob:') ? url.slice('blob:'.length) : url)
}

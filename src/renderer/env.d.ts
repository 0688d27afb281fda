import type { Bridge } from '#shared/contract/index'

declare global {
  interface Window {
    /** Set by the preload script in Electron; absent where the page comes from the loopback host. */
    readonly collapsar?: Bridge
  }
}

import { ref } from 'vue'
import { createClient, type Client } from './client'
import { createSocketTransport } from './socketTransport'

/** Electron's preload bridge where there is one, else the loopback host this page came from. */
export function connect(window: Window): Client {
  const { collapsar: bridge, location } = window
  if (bridge) {
    return createClient({
      connection: ref('open'),
      request: (method, input) => bridge.request(method, input),
      on: (event, listener) => bridge.on(event, listener),
    })
  }
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return createClient(createSocketTransport(`${scheme}://${location.host}/bridge`))
}

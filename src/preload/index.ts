import { contextBridge, ipcRenderer } from 'electron'
import { EVENT_CHANNEL, REQUEST_CHANNEL } from '#shared/contract/channels'
import type { Bridge, Events } from '#shared/contract/index'

/** All that a page can reach: two functions on two fixed channels, never ipcRenderer itself. */
const bridge: Bridge = {
  request: (method, input) => ipcRenderer.invoke(REQUEST_CHANNEL, method, input),
  on(event, listener) {
    const forward = (_event: unknown, name: string, payload: Events[typeof event]) => {
      if (name === event) listener(payload)
    }
    ipcRenderer.on(EVENT_CHANNEL, forward)
    return () => {
      ipcRenderer.off(EVENT_CHANNEL, forward)
    }
  },
}

contextBridge.exposeInMainWorld('collapsar', bridge)

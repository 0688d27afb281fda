import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { vi } from 'vitest'

type Listener = (...args: never[]) => unknown

/** A WebContents as far as the shell touches it. */
export class FakeContents extends EventEmitter {
  readonly sent: unknown[][] = []
  webRtcPolicy = 'default'
  openHandler: ((details: { url: string }) => { action: string }) | null = null

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }

  setWebRTCIPHandlingPolicy(policy: string): void {
    this.webRtcPolicy = policy
  }

  send(...message: unknown[]): void {
    this.sent.push(message)
  }
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents()
  readonly show = vi.fn<() => void>()
  readonly focus = vi.fn<() => void>()
  isMinimized = () => false
  url = ''

  static getAllWindows(): readonly FakeWindow[] {
    return recorded.windows
  }

  constructor(readonly options: unknown) {
    super()
    recorded.windows.push(this)
  }

  async loadURL(url: string): Promise<void> {
    this.url = url
  }
}

export class FakeUtilityProcess extends EventEmitter {
  readonly posted: unknown[] = []
  readonly killed = vi.fn<() => boolean>(() => true)
  readonly stdout = new PassThrough()
  pid: number | undefined
  constructor(
    readonly path: string,
    readonly args: readonly string[],
    readonly options: unknown,
  ) {
    super()
  }
  postMessage(message: unknown): void {
    this.posted.push(message)
  }
  kill(): boolean {
    return this.killed()
  }
}

interface RequestDetails {
  readonly url: string
}
interface AskingFrame {
  readonly isMainFrame: boolean
  readonly requestingUrl?: string
}

/** A Session as far as the shell touches it. */
export class FakeSession {
  requestFilter: ((details: RequestDetails, callback: (answer: { cancel: boolean }) => void) => void) | null = null
  permissionRequest:
    ((contents: unknown, permission: string, callback: (granted: boolean) => void, frame: AskingFrame) => void) | null =
    null
  permissionCheck: ((contents: unknown, permission: string, origin: string, frame: AskingFrame) => boolean) | null =
    null
  devicePermission: (() => boolean) | null = null
  spellChecker = true
  pageHandler: ((request: Request) => Promise<Response>) | null = null

  readonly webRequest = {
    onBeforeRequest: (listener: typeof this.requestFilter) => void (this.requestFilter = listener),
  }
  readonly protocol = {
    handle: (_scheme: string, handler: (request: Request) => Promise<Response>) => void (this.pageHandler = handler),
  }
  setPermissionRequestHandler(handler: typeof this.permissionRequest): void {
    this.permissionRequest = handler
  }
  setPermissionCheckHandler(handler: typeof this.permissionCheck): void {
    this.permissionCheck = handler
  }
  setDevicePermissionHandler(handler: typeof this.devicePermission): void {
    this.devicePermission = handler
  }
  setSpellCheckerEnabled(enabled: boolean): void {
    this.spellChecker = enabled
  }
}

/** What the shell asked Electron for since the last reset. */
export const recorded = {
  switches: new Array<string>(),
  ipcHandlers: new Map<string, Listener>(),
  windows: new Array<FakeWindow>(),
  opened: new Array<string>(),
  schemes: new Array<unknown>(),
  menus: new Array<unknown>(),
  workers: new Array<FakeUtilityProcess>(),
}

export function resetRecorded(): void {
  recorded.ipcHandlers.clear()
  const { switches, windows, opened, schemes, menus, workers } = recorded
  for (const list of [switches, windows, opened, schemes, menus, workers]) list.length = 0
}

export const commandLine = {
  appendSwitch: (name: string, value: string) => void recorded.switches.push(`--${name}=${value}`),
}

/** Stands in for the module `electron`. */
export const electronModule = {
  app: { commandLine },
  BrowserWindow: FakeWindow,
  ipcMain: { handle: (channel: string, handler: Listener) => void recorded.ipcHandlers.set(channel, handler) },
  shell: { openExternal: async (url: string) => void recorded.opened.push(url) },
  protocol: { registerSchemesAsPrivileged: (list: unknown) => void recorded.schemes.push(list) },
  Menu: {
    buildFromTemplate: (template: unknown) => template,
    setApplicationMenu: (menu: unknown) => void recorded.menus.push(menu),
  },
  utilityProcess: {
    fork(path: string, args: string[], options: unknown) {
      const child = new FakeUtilityProcess(path, args, options)
      recorded.workers.push(child)
      return child
    },
  },
}

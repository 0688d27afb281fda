import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OpenServiceOptions } from '#main/host/openService'
import { FakeService } from '../host/fakeService'
import { commandLine, electronModule, FakeContents, FakeSession, recorded, resetRecorded } from './fakeElectron'

/** The order of what the shell did. */
const { order, shell } = vi.hoisted(() => ({
  order: new Array<string>(),
  shell: { isFirst: true, pages: '', gate: Promise.resolve() },
}))

class FakeApp extends EventEmitter {
  readonly commandLine = commandLine
  enableSandbox = () => void order.push('sandbox')
  requestSingleInstanceLock = () => shell.isFirst
  quit = () => void order.push('quit')
  exit = (code: number) => void order.push(`exit ${code}`)
  getPath = () => join(shell.pages, 'userData')
  async whenReady(): Promise<void> {
    await shell.gate
    order.push('ready')
  }
}
const app = new FakeApp()
const session = new FakeSession()
const dialog = { showErrorBox: vi.fn<(title: string, text: string) => void>() }
const opened: OpenServiceOptions[] = []

vi.mock('electron', () => ({ ...electronModule, app, dialog, session: { defaultSession: session } }))
vi.mock('#main/host/installation', () => ({
  installationAt: () => ({
    pages: shell.pages,
    worker: '/worker.js',
    preload: '/preload.cjs',
    resources: '/resources',
  }),
}))
vi.mock('#main/host/openService', () => ({
  dataFolder: () => '/resources/data',
  openService: async (options: OpenServiceOptions) => {
    order.push('service')
    opened.push(options)
    const service = new FakeService(async () => ({ ok: true, value: null }))
    return Object.assign(service, { close: async () => void order.push('close') })
  },
}))

shell.pages = mkdtempSync(join(tmpdir(), 'collapsar-shell-'))
// Electron tells where the package keeps its own files.
Object.assign(process, { resourcesPath: shell.pages })
afterAll(() => rmSync(shell.pages, { recursive: true }))

async function start(): Promise<void> {
  await import('#main/electron/index')
  await vi.waitFor(() => expect(order.some((step) => /service|quit|exit/.test(step))).toBe(true))
}

describe('the shell', () => {
  beforeEach(() => {
    vi.resetModules()
    resetRecorded()
    app.removeAllListeners()
    dialog.showErrorBox.mockClear()
    order.length = 0
    opened.length = 0
    shell.isFirst = true
    writeFileSync(join(shell.pages, 'index.html'), 'the workbench')
  })

  it('locks everything before it opens the project and the window', async () => {
    await start()
    expect(order).toEqual(['sandbox', 'ready', 'service'])
    expect(recorded.switches).toEqual(['--host-resolver-rules=MAP * ~NOTFOUND'])
    expect([session.requestFilter, session.permissionRequest, session.pageHandler]).not.toContain(null)
    expect(opened[0]).toMatchObject({ project: join(shell.pages, 'userData', 'project.clps'), host: 'electron' })
    await vi.waitFor(() => expect(recorded.windows).toHaveLength(1))
    expect([...recorded.ipcHandlers.keys()]).toEqual(['collapsar:request'])
  })

  it('starts its probe, and workers that need none, where no process can be started as plain Node', async () => {
    await start()
    await vi.waitFor(() => expect(recorded.windows).toHaveLength(1))
    const { searchBlas } = await import('#main/compute/backends/cpu/blas')
    const searching = searchBlas('auto')
    await vi.waitFor(() => expect(recorded.workers).toHaveLength(1))
    const [probe] = recorded.workers
    expect(probe?.path).toBe(join('/resources', 'probe', 'blas.cjs'))
    probe?.stdout.end()
    probe?.emit('exit', 1)
    expect((await searching).found).toBeNull()
    // What the probe found goes to the workers, which could not start one: utilityProcess is there for the shell only.
    opened[0]?.startWorker()
    const environment = recorded.workers[1]?.options
    expect(environment).toMatchObject({ env: { COLLAPSAR_BLAS_PROBED: expect.stringContaining('"found":null') } })
  })

  it('locks every page that comes up, not only its own window', async () => {
    await start()
    const contents = new FakeContents()
    app.emit('web-contents-created', {}, contents)
    expect(contents.openHandler?.({ url: 'https://evil.example/' })).toEqual({ action: 'deny' })
  })

  it('ends workers and project before it quits', async () => {
    await start()
    const preventDefault = vi.fn<() => void>()
    app.emit('before-quit', { preventDefault })
    await vi.waitFor(() => expect(order).toContain('quit'))
    expect(order.slice(-2)).toEqual(['close', 'quit'])
    app.emit('before-quit', { preventDefault })
    expect(preventDefault).toHaveBeenCalledOnce()
  })

  it('leaves the project to the first instance', async () => {
    shell.isFirst = false
    await start()
    expect(order).toEqual(['sandbox', 'quit'])
  })

  it('opens the project that macOS names before it is ready', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    shell.gate = promise
    await import('#main/electron/index')
    const preventDefault = vi.fn<() => void>()
    app.emit('open-file', { preventDefault }, '/data/theirs.clps')
    resolve()
    await vi.waitFor(() => expect(order).toContain('service'))
    expect(opened[0]).toMatchObject({ project: '/data/theirs.clps' })
    expect(preventDefault).toHaveBeenCalledOnce()
  })

  it.each([
    ['by a second start', () => app.emit('second-instance', {}, ['collapsar', 'theirs.clps'], '/data')],
    ['by a double click on macOS', () => app.emit('open-file', { preventDefault() {} }, '/data/theirs.clps')],
  ])('says that another project is open when one is asked for %s', async (_, ask) => {
    await start()
    await vi.waitFor(() => expect(recorded.windows).toHaveLength(1))
    app.emit('second-instance', {}, ['collapsar'], '/data')
    expect(dialog.showErrorBox).not.toHaveBeenCalled()
    ask()
    expect(dialog.showErrorBox).toHaveBeenCalledWith(
      'theirs.clps was not opened',
      expect.stringMatching(/has project\.clps open/),
    )
    expect(opened).toHaveLength(1)
  })

  it('says what is wrong when it cannot start', async () => {
    rmSync(join(shell.pages, 'index.html'))
    await start()
    expect(order.at(-1)).toBe('exit 1')
    expect(dialog.showErrorBox).toHaveBeenCalledWith('Collapsar cannot start', expect.stringMatching(/npm run build/))
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { setAppMenu } from '#main/electron/appMenu'
import { handleAppScheme, registerAppScheme } from '#main/electron/appScheme'
import { answerRequests, pushEvents } from '#main/electron/ipcBridge'
import { lockContents, lockSession } from '#main/electron/lockdown'
import { openMainWindow, windowOptions } from '#main/electron/mainWindow'
import { projectArgument } from '#main/electron/projectArgument'
import { utilityProbe } from '#main/electron/utilityProbe'
import { utilityWorker } from '#main/electron/utilityWorker'
import { openPageFolder } from '#main/host/pageFolder'
import { isRunId } from '#shared/ids'
import { FakeService } from '../host/fakeService'
import { FakeContents, FakeSession, recorded, resetRecorded } from './fakeElectron'

vi.mock('electron', async () => (await import('./fakeElectron')).electronModule)

beforeEach(resetRecorded)

/** The rule under test gets a fake where it expects Electron's class; only what it touches is there. */
function pretend<T>(value: unknown): T {
  return value as T
}

describe('session', () => {
  function lockedSession(): FakeSession {
    const session = new FakeSession()
    lockSession(pretend(session))
    return session
  }

  it.each([
    ['app://collapsar/', false],
    ['app://collapsar/assets/index.js', false],
    ['blob:app://collapsar/1234', false],
    ['data:image/png;base64,AAAA', false],
    ['app://collapsar.evil.example/', true],
    ['app://other/', true],
    ['blob:https://evil.example/1', true],
    ['https://arxiv.org/abs/2404.06106', true],
    ['http://127.0.0.1:8080/', true],
    ['ws://127.0.0.1:1/', true],
    ['file:///etc/passwd', true],
    ['devtools://devtools/bundled/x', false],
    ['devtools://devtools/remote/serve_rev/x', true],
  ])('a request for %s is cancelled: %s', async (url, cancelled) => {
    const session = lockedSession()
    const answers: unknown[] = []
    session.requestFilter?.({ url }, (answer) => answers.push(answer))
    expect(answers).toEqual([{ cancel: cancelled }])
  })

  const ownFrame = { isMainFrame: true, requestingUrl: 'app://collapsar/' }

  it.each([
    ['media', ownFrame, false],
    ['clipboard-read', ownFrame, false],
    ['notifications', ownFrame, false],
    ['openExternal', ownFrame, false],
    ['fileSystem', ownFrame, false],
    ['clipboard-sanitized-write', ownFrame, true],
    ['clipboard-sanitized-write', { ...ownFrame, isMainFrame: false }, false],
    ['clipboard-sanitized-write', { ...ownFrame, requestingUrl: 'https://evil.example/' }, false],
    ['clipboard-sanitized-write', { isMainFrame: true }, false],
  ])('the permission %s for %o is given: %s', async (permission, frame, isGiven) => {
    const session = lockedSession()
    const granted: boolean[] = []
    session.permissionRequest?.(null, permission, (answer) => granted.push(answer), frame)
    expect(granted).toEqual([isGiven])
    expect(session.permissionCheck?.(null, permission, 'app://collapsar', frame)).toBe(isGiven)
  })

  it('gives no device to anybody and downloads no dictionary', async () => {
    const session = lockedSession()
    expect([session.devicePermission?.(), session.spellChecker]).toEqual([false, false])
  })
})

describe('window', () => {
  it('gets none of the rights of this machine', async () => {
    expect(windowOptions('/preload.cjs').webPreferences).toMatchObject({
      preload: '/preload.cjs',
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      allowRunningInsecureContent: false,
      spellcheck: false,
    })
  })

  it('opens the workbench, and shows itself when there is something to see', async () => {
    await openMainWindow('/preload.cjs')
    const [window] = recorded.windows
    expect(window?.url).toBe('app://collapsar/')
    expect(window?.show).not.toHaveBeenCalled()
    window?.emit('ready-to-show')
    expect(window?.show).toHaveBeenCalledOnce()
  })

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
    'stops %s',
    async (event) => {
      const contents = new FakeContents()
      lockContents(pretend(contents))
      const preventDefault = vi.fn<() => void>()
      contents.emit(event, { preventDefault })
      expect(preventDefault).toHaveBeenCalledOnce()
    },
  )

  it('has no way from browser to browser', async () => {
    const contents = new FakeContents()
    lockContents(pretend(contents))
    expect(contents.webRtcPolicy).toBe('disable_non_proxied_udp')
  })

  it.each([
    ['https://arxiv.org/abs/2404.06106', true],
    ['https://doi.org/10.24432/C50P49', true],
    ['http://arxiv.org/', false],
    ['https://arxiv.org.evil.example/', false],
    ['https://arxiv.org:8443/', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['not an address', false],
  ])('opens no window for %s, the system browser: %s', async (url, isExternal) => {
    const contents = new FakeContents()
    lockContents(pretend(contents))
    expect(contents.openHandler?.({ url })).toEqual({ action: 'deny' })
    expect(recorded.opened).toEqual(isExternal ? [url] : [])
  })
})

describe('pages under app://', () => {
  async function request(url: string, method = 'GET'): Promise<Response | undefined> {
    const folder = mkdtempSync(join(tmpdir(), 'collapsar-app-'))
    writeFileSync(join(folder, 'index.html'), 'the workbench')
    const session = new FakeSession()
    handleAppScheme(pretend(session), await openPageFolder(folder))
    const response = await session.pageHandler?.(pretend({ url, method }))
    rmSync(folder, { recursive: true })
    return response
  }

  it('come with the same policy as over HTTP', async () => {
    const response = await request('app://collapsar/')
    expect(await response?.text()).toBe('the workbench')
    expect(response?.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    )
    expect(response?.headers.get('content-type')).toBe('text/html; charset=utf-8')
  })

  it.each([
    ['app://other/', 'GET', 403],
    ['app://collapsar/?x=1', 'GET', 403],
    ['app://collapsar/', 'POST', 403],
    ['app://collapsar/none.js', 'GET', 404],
    ['app://collapsar/..%2fsecret.js', 'GET', 404],
  ])('%s by %s is refused with %d', async (url, method, status) => {
    const response = await request(url, method)
    expect(response?.status).toBe(status)
    expect(response?.headers.has('content-security-policy')).toBe(true)
  })

  it('have an origin of their own', async () => {
    registerAppScheme()
    expect(recorded.schemes).toEqual([
      [{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }],
    ])
  })
})

describe('bridge', () => {
  const ownFrame = { url: 'app://collapsar/#/runs', parent: null }
  const service = new FakeService(async (method, input) => ({ ok: true, value: [method, input] }))

  async function ask(senderFrame: unknown, method: unknown, input: unknown): Promise<unknown> {
    answerRequests(service)
    const handler = recorded.ipcHandlers.get('collapsar:request')
    return handler?.(...pretend<never[]>([{ senderFrame }, method, input]))
  }

  it('answers our own top frame on one channel', async () => {
    expect(await ask(ownFrame, 'systems.list', null)).toEqual({ ok: true, value: ['systems.list', null] })
    expect([...recorded.ipcHandlers.keys()]).toEqual(['collapsar:request'])
  })

  it.each([
    ['no frame', null],
    ['a foreign page', { url: 'https://evil.example/', parent: null }],
    ['a look-alike', { url: 'app://collapsar.evil.example/', parent: null }],
    ['a frame inside our page', { url: 'app://collapsar/', parent: ownFrame }],
  ])('refuses %s', async (_name, frame) => {
    const calls = service.calls.length
    expect(await ask(frame, 'systems.list', null)).toMatchObject({ ok: false, error: { code: 'bad-input' } })
    expect(service.calls).toHaveLength(calls)
  })

  it('refuses what is too large', async () => {
    expect(await ask(ownFrame, 'systems.list', 'x'.repeat(2 ** 20))).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/larger than 1048576 bytes/) },
    })
  })

  it('pushes events until the window is gone', async () => {
    const contents = new FakeContents()
    pushEvents(service, pretend(contents))
    const runId = 'r-0123456789'
    if (!isRunId(runId)) throw new Error('the test names no run')
    service.emit('run.measured', { runId, step: 4 })
    expect(contents.sent).toEqual([['collapsar:event', 'run.measured', { runId, step: 4 }]])
    contents.emit('destroyed')
    expect(service.listenerCount).toBe(0)
  })
})

describe('workers', () => {
  function start() {
    const handle = utilityWorker('/out/main/worker.js', ['/resources/data'])()
    const child = recorded.workers[0]
    if (!child) throw new Error('no process was started')
    return { handle, child }
  }

  it('are utility processes with one BLAS thread', async () => {
    const { child } = start()
    expect([child.path, child.args]).toEqual(['/out/main/worker.js', ['/resources/data']])
    expect(child.options).toMatchObject({ env: { OPENBLAS_NUM_THREADS: '1' } })
  })

  it('pass messages both ways and tell their end', async () => {
    const { handle, child } = start()
    const [messages, ends]: [unknown[], unknown[]] = [[], []]
    handle.onMessage((message) => messages.push(message))
    handle.onExit((code, signal) => ends.push([code, signal]))
    handle.send({ type: 'cancel', runs: null })
    child.emit('message', { type: 'started' })
    child.emit('exit', 3)
    handle.send({ type: 'cancel', runs: null })
    expect(child.posted).toEqual([{ type: 'cancel', runs: null }])
    expect([messages, ends]).toEqual([[{ type: 'started' }], [[3, null]]])
  })

  it('are killed at once, also before they have an id', async () => {
    const { handle, child } = start()
    expect(handle.pid).toBeNull()
    handle.kill()
    expect(child.killed).toHaveBeenCalledOnce()
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    child.pid = 12_345
    handle.kill()
    expect(kill).toHaveBeenCalledWith(12_345, 'SIGKILL')
    kill.mockRestore()
  })
})

describe('the BLAS probe', () => {
  it('is a utility process whose last lines are read to the end', async () => {
    const probing = utilityProbe('/resources/probe/blas.cjs')(['/koffi', '/lib/a.so'])
    const child = recorded.workers[0]
    if (!child) throw new Error('no process was started')
    expect([child.path, child.args]).toEqual(['/resources/probe/blas.cjs', ['/koffi', '/lib/a.so']])
    child.stdout.write('{"path":"/lib/a.so"}\n')
    child.emit('exit', 139)
    child.stdout.end('{"path":"/lib/b.so"}\n')
    expect(await probing).toEqual({
      output: '{"path":"/lib/a.so"}\n{"path":"/lib/b.so"}\n',
      problem: 'ended with exit code 139',
    })
  })
})

describe('menu and arguments', () => {
  it.each([
    ['linux', 'fileMenu'],
    ['darwin', 'appMenu'],
  ] as const)('has no entry that leads to the web on %s', async (platform, first) => {
    setAppMenu(platform)
    const menu = JSON.stringify(recorded.menus[0])
    expect(menu).toMatch(new RegExp(`^\\[\\{"role":"${first}"`))
    expect(menu).not.toMatch(/help|http/i)
  })

  it('takes the project from the command line', async () => {
    expect(projectArgument(['electron', '.', '--project=/data/a.clps'])).toBe('/data/a.clps')
    expect(projectArgument(['electron', '.', '--no-sandbox'])).toBeNull()
    // As the desktop starts it for a file that was double-clicked.
    expect(projectArgument(['/opt/Collapsar/collapsar', '/data/my runs.clps'])).toBe('/data/my runs.clps')
    expect(projectArgument(['/opt/Collapsar/collapsar', '--enable-x=/a.clps', '/data/notes.txt'])).toBeNull()
  })
})

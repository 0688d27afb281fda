import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { MAX_IN_FLIGHT, MAX_REQUEST_BYTES } from '#main/host/bridgeConnection'
import { MAX_CONNECTIONS, MAX_PAGES, startLoopbackHost, type LoopbackHost } from '#main/host/loopbackHost'
import type { Reply } from '#shared/contract/index'
import { decode, encode } from '#shared/contract/wire'
import { isRunId } from '#shared/ids'
import { FakeService } from './fakeService'

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

let pages: string
let host: LoopbackHost
let service: FakeService
let reply: (method: unknown, input: unknown) => Promise<Reply<unknown>>
const opened: WebSocket[] = []

beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'collapsar-host-'))
  await writeFile(join(pages, 'index.html'), '<!doctype html><title>Collapsar</title>')
  await writeFile(join(pages, 'app.js'), 'export {}')
})
afterAll(() => rm(pages, { recursive: true }))
beforeEach(async () => {
  reply = async (_method, input) => ({ ok: true, value: input })
  service = new FakeService((method, input) => reply(method, input))
  host = await startLoopbackHost({ service, pages, port: 0 })
})
afterEach(async () => {
  opened.splice(0).forEach((socket) => socket.terminate())
  await host.close()
})

async function get(path: string, headers: RequestOptions['headers'] = {}, method = 'GET'): Promise<Answer> {
  const sent = request({ host: '127.0.0.1', port: host.port, path, headers, method, agent: false })
  sent.end()
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', async (response) => {
      resolve({ status: response.statusCode, headers: response.headers, body: await text(response) })
    })
  })
}

/** The cookie that the printed address gives. */
async function signIn(): Promise<string> {
  const { pathname, search } = new URL(host.address)
  const { headers } = await get(pathname + search)
  return headers['set-cookie']?.[0]?.split(';')[0] ?? 'no cookie'
}

function open(headers: Record<string, string>, path = '/bridge'): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers })
  opened.push(socket)
  return socket
}

async function openSignedIn(): Promise<WebSocket> {
  const socket = open({ Cookie: await signIn(), Origin: `http://127.0.0.1:${host.port}` })
  await once(socket, 'open')
  return socket
}

async function refusal(headers: Record<string, string>, path?: string): Promise<string> {
  const [error] = await once(open(headers, path), 'error')
  return String(error)
}

async function next(socket: WebSocket): Promise<unknown> {
  const [data] = await once(socket, 'message')
  return decode(data)
}

async function closeCode(socket: WebSocket): Promise<unknown> {
  const [code] = await once(socket, 'close')
  return code
}

describe('pages of the loopback host', () => {
  it('exchanges the printed token for a cookie and takes it out of the address', async () => {
    const { pathname, search } = new URL(host.address)
    const { status, headers } = await get(pathname + search)
    expect([status, headers.location]).toEqual([303, '/'])
    expect(headers['set-cookie']?.[0]).toMatch(/^collapsar-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(headers['set-cookie']?.[0]).not.toContain(search.slice('?token='.length))
    expect((await get('/', { Cookie: await signIn() })).body).toContain('Collapsar')
  })

  it('sends its policy with every answer', async () => {
    const Cookie = await signIn()
    for (const path of ['/', '/app.js', '/none.js', '/?token=x']) {
      const { headers } = await get(path, { Cookie })
      expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/)
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http:/)
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  it.each([
    ['no cookie', {}],
    ['a guessed cookie', { Cookie: 'collapsar=1; collapsar-1=x' }],
  ])('answers nothing with %s', async (_name, headers) => {
    for (const path of ['/', '/app.js', '/none.js']) {
      const { status, body } = await get(path, headers)
      expect([status, body]).toEqual([403, expect.stringMatching(/address it printed/)])
    }
  })

  it('refuses a wrong token', async () => {
    expect(await get('/?token=AAAA')).toMatchObject({ status: 403 })
    expect(await get('/?token=')).toMatchObject({ status: 403 })
  })

  it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '192.168.0.1', '?', 'a@localhost'])(
    'refuses the host name %j even with the cookie (DNS rebinding)',
    async (Host) => {
      expect(await get('/', { Cookie: await signIn(), Host })).toMatchObject({ status: 403 })
    },
  )

  it('answers through a tunnel, where only the port differs', async () => {
    expect(await get('/', { Cookie: await signIn(), Host: 'localhost:8080' })).toMatchObject({ status: 200 })
  })

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1'])('refuses requests of the page %s', async (Origin) => {
    expect(await get('/app.js', { Cookie: await signIn(), Origin })).toMatchObject({ status: 403 })
  })

  it('refuses other methods', async () => {
    expect(await get('/', { Cookie: await signIn() }, 'POST')).toMatchObject({ status: 405 })
    expect(await get('/', { Cookie: await signIn() }, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  it.each(['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/%00', '/a%5c..%5cb.js', '/app.js/'])(
    'has nothing at %s',
    async (path) => {
      expect(await get(path, { Cookie: await signIn() })).toMatchObject({
        status: 404,
        body: 'There is no such file.\n',
      })
    },
  )

  it('survives bytes that are not HTTP', async () => {
    const socket = connect(host.port, '127.0.0.1')
    socket.resume().end('\0\xff nonsense\r\n\r\n')
    await once(socket, 'close')
    expect(await get('/', { Cookie: await signIn() })).toMatchObject({ status: 200 })
  })
})

describe('bridge of the loopback host', () => {
  it('answers each request by its id, arrays bit for bit', async () => {
    const socket = await openSignedIn()
    const input = { array: Float64Array.of(NaN, -0, Infinity), value: NaN }
    socket.send(encode({ id: 7, method: 'systems.list', input }))
    expect(await next(socket)).toEqual({ id: 7, reply: { ok: true, value: input } })
    expect(service.calls).toEqual([{ method: 'systems.list', input }])
  })

  it('pushes events until the page goes', async () => {
    const socket = await openSignedIn()
    const runId = 'r-0123456789'
    if (!isRunId(runId)) throw new Error('the test names no run')
    const received = next(socket)
    service.emit('run.measured', { runId, step: 3 })
    expect(await received).toEqual({ event: 'run.measured', payload: { runId, step: 3 } })
    socket.close()
    await expect.poll(() => service.listenerCount).toBe(0)
  })

  it('opens only for its own page with the cookie', async () => {
    const Cookie = await signIn()
    const Origin = `http://127.0.0.1:${host.port}`
    expect(await refusal({ Origin })).toContain('403')
    expect(await refusal({ Cookie })).toContain('403')
    expect(await refusal({ Cookie, Origin: 'http://evil.example' })).toContain('403')
    expect(await refusal({ Cookie, Origin: 'http://127.0.0.1:1' })).toContain('403')
    expect(await refusal({ Cookie, Origin: 'http://evil.example', Host: 'evil.example' })).toContain('403')
    expect(await refusal({ Cookie, Origin }, '/bridge/../bridge?x')).toContain('404')
    expect(service.calls).toEqual([])
  })

  it.each([
    ['a text message', 'hello', 1003],
    ['bytes that are no message', Buffer.from('CLW1????????'), 1007],
    ['a message that is no request', encode({ id: 'x', method: 1 }), 1007],
    ['a field too many', encode({ id: 1, method: 'systems.list', input: null, path: '/etc' }), 1007],
    ['more than a request may have', new Uint8Array(MAX_REQUEST_BYTES + 1), 1009],
  ])('closes the connection after %s, and only that one', async (_name, message, code) => {
    const [hostile, other] = [await openSignedIn(), await openSignedIn()]
    const closed = closeCode(hostile)
    hostile.send(message)
    expect(await closed).toBe(code)
    other.send(encode({ id: 1, method: 'systems.list', input: null }))
    expect(await next(other)).toEqual({ id: 1, reply: { ok: true, value: null } })
    expect(service.calls).toHaveLength(1)
  })

  it('lets a page have so many requests open and no more', async () => {
    const release = Promise.withResolvers<void>()
    reply = async () => release.promise.then(() => ({ ok: true, value: null }))
    const socket = await openSignedIn()
    for (let id = 0; id <= MAX_IN_FLIGHT; id++) socket.send(encode({ id, method: 'systems.list', input: null }))
    expect(await next(socket)).toMatchObject({ id: MAX_IN_FLIGHT, reply: { ok: false, error: { code: 'conflict' } } })
    expect(service.calls).toHaveLength(MAX_IN_FLIGHT)
    release.resolve()
    expect(await next(socket)).toMatchObject({ reply: { ok: true } })
  })

  it('has so many pages open and no more', async () => {
    for (let page = 0; page < MAX_PAGES; page++) await openSignedIn()
    expect(await refusal({ Cookie: await signIn(), Origin: `http://127.0.0.1:${host.port}` })).toContain('503')
  })

  it('keeps answering its pages beside hundreds of connections that say nothing', async () => {
    const socket = await openSignedIn()
    const silent = Array.from({ length: MAX_CONNECTIONS + 50 }, () => connect(host.port, '127.0.0.1'))
    onTestFinished(() => silent.forEach((one) => one.destroy()))
    const refused = silent.map((one) => new Promise((resolve) => one.on('error', resolve).on('close', resolve)))
    await Promise.race(refused)
    socket.send(encode({ id: 5, method: 'systems.list', input: null }))
    expect(await next(socket)).toMatchObject({ id: 5, reply: { ok: true } })
  })

  it('lets go of connections that drip, and of refused ones that stay half open', async () => {
    const patient = await startLoopbackHost({ service, pages, port: 0, patienceMs: 200 })
    onTestFinished(() => patient.close())
    const hold = (head: string) => {
      const held = connect({ port: patient.port, host: '127.0.0.1', allowHalfOpen: true }).resume()
      const drip = setInterval(() => held.write('X: y\r\n'), 50)
      onTestFinished(() => {
        clearInterval(drip)
        held.destroy()
      })
      held.on('error', () => clearInterval(drip)).write(head)
      return held
    }
    const upgrade = `GET /bridge HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
    for (const head of ['GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n', upgrade]) {
      const held = Array.from({ length: MAX_CONNECTIONS }, () => hold(head))
      await Promise.all(held.map((one) => once(one, 'connect')))
      const status = () =>
        fetch(`http://127.0.0.1:${patient.port}/`).then(
          (answer) => answer.status,
          () => 'no answer',
        )
      await expect.poll(status, { timeout: 5000 }).toBe(403)
      held.forEach((one) => one.destroy())
    }
  })

  it('drops a page that reads no more, instead of keeping its events for ever', async () => {
    const socket = await openSignedIn()
    socket.pause()
    const runId = 'r-0123456789'
    if (!isRunId(runId)) throw new Error('the test names no run')
    // More than the buffers of the system hold.
    for (let step = 0; service.listenerCount > 0 && step < 1_000_000; step++) {
      service.emit('run.measured', { runId, step })
      if (step % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(service.listenerCount).toBe(0)
  })

  it('replies with an error where the value cannot travel', async () => {
    reply = async () => ({ ok: true, value: () => 1 })
    const socket = await openSignedIn()
    socket.send(encode({ id: 1, method: 'systems.list', input: null }))
    expect(await next(socket)).toMatchObject({ id: 1, reply: { ok: false, error: { code: 'internal' } } })
  })
})

describe('opening and closing', () => {
  // Other systems know no second loopback address to knock at.
  it.runIf(process.platform === 'linux')('listens on the loopback interface only', async () => {
    expect(new URL(host.address).hostname).toBe('127.0.0.1')
    const elsewhere = connect(host.port, '127.0.0.2')
    const [error] = await once(elsewhere, 'error')
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('says which port is taken and what to do', async () => {
    const second = startLoopbackHost({ service, pages, port: host.port })
    await expect(second).rejects.toMatchObject({ code: 'conflict' })
    await expect(second).rejects.toThrow(new RegExp(`Port ${host.port} is in use.*--port`))
  })

  it('closes with pages open, and tells them', async () => {
    const socket = await openSignedIn()
    const closed = closeCode(socket)
    await host.close()
    expect(await closed).toBe(1001)
    await expect(get('/')).rejects.toThrow(/ECONNREFUSED/)
  })
})

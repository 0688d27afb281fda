import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws'
import { decode, encode, requestFrameSchema } from '#shared/contract/wire'
import { createSocketTransport } from '../../src/renderer/bridge/socketTransport'
import { runId } from './fixtures/runs'

const id = runId('r-0412abcdef')
let server: WebSocketServer | null = null

/** A service that answers with what `reply` returns; null leaves the question open. */
async function serve(
  reply: (method: string) => unknown,
  port = 0,
): Promise<{ url: string; port: number; asked: string[] }> {
  const started = new WebSocketServer({ host: '127.0.0.1', port })
  server = started
  await once(started, 'listening')
  const asked: string[] = []
  started.on('connection', (socket: ServerSocket) =>
    socket.on('message', (data: Buffer) => {
      const request = requestFrameSchema.parse(decode(new Uint8Array(data)))
      asked.push(request.method)
      const answer = reply(request.method)
      if (answer !== null) socket.send(encode({ id: request.id, reply: answer }))
    }),
  )
  const address: AddressInfo | string | null = started.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `ws://127.0.0.1:${address.port}/bridge`, port: address.port, asked }
}
async function stop(): Promise<void> {
  for (const client of server?.clients ?? []) client.terminate()
  await new Promise((closed) => (server ? server.close(closed) : closed(null)))
  server = null
}
afterEach(stop)

describe('createSocketTransport', () => {
  it('sends what was asked before the connection stood', async () => {
    const { url } = await serve(() => ({ ok: true, value: [] }))
    const transport = createSocketTransport(url)
    expect(transport.connection.value).toBe('connecting')
    expect(await transport.request('systems.list', null)).toEqual({ ok: true, value: [] })
    expect(transport.connection.value).toBe('open')
  })
  it('carries arrays bit for bit and errors as data', async () => {
    const values = Float64Array.of(-0, Number.POSITIVE_INFINITY, 5e-324)
    const error = { code: 'not-found', message: 'No run.', details: {} }
    const { url } = await serve((method) =>
      method === 'run.series' ? { ok: true, value: { steps: values, values } } : { ok: false, error },
    )
    const transport = createSocketTransport(url)
    const series = await transport.request('run.series', { runId: id, quantity: 'loss', layer: null })
    expect(series.ok && Object.is(series.value.values[0], -0)).toBe(true)
    expect(series).toEqual({ ok: true, value: { steps: values, values } })
    expect(await transport.request('run.get', { runId: id })).toEqual({ ok: false, error })
  })
  it('keeps no more than 32 questions open and loses none', async () => {
    const { url, asked } = await serve(() => null)
    const transport = createSocketTransport(url)
    const open = Array.from({ length: 40 }, () => transport.request('systems.list', null))
    await expect.poll(() => asked.length).toBe(32)
    await new Promise((later) => setTimeout(later, 100))
    expect(asked).toHaveLength(32)
    await stop()
    const replies = await Promise.all(open)
    expect(replies.every((reply) => !reply.ok && reply.error.message.includes('connection'))).toBe(true)
  })
  it('says that the connection is lost, and comes back by itself', async () => {
    const { url, port } = await serve(() => ({ ok: true, value: [] }))
    const transport = createSocketTransport(url)
    await transport.request('systems.list', null)
    await stop()
    await expect.poll(() => transport.connection.value).toBe('lost')
    await serve(() => ({ ok: true, value: [] }), port)
    await expect.poll(() => transport.connection.value, { timeout: 5000 }).toBe('open')
    expect(await transport.request('systems.list', null)).toEqual({ ok: true, value: [] })
  })
  it('begins anew after a frame that it cannot read', async () => {
    const { url } = await serve(() => null)
    const transport = createSocketTransport(url)
    const open = transport.request('systems.list', null)
    await expect.poll(() => transport.connection.value).toBe('open')
    server?.clients.forEach((client) => client.send(Buffer.from('nonsense')))
    expect(await open).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    await expect.poll(() => transport.connection.value, { timeout: 5000 }).toBe('open')
  })
  it('hands events to those who listen, until they stop', async () => {
    const { url } = await serve(() => ({ ok: true, value: [] }))
    const transport = createSocketTransport(url)
    const heard: unknown[] = []
    const stopListening = transport.on('run.measured', (event) => heard.push(event))
    await transport.request('systems.list', null)
    const push = (frame: unknown) => server?.clients.forEach((client) => client.send(encode(frame)))
    push({ event: 'run.unheard-of', payload: {} })
    push({ event: 'run.measured', payload: { runId: id, step: 300 } })
    await expect.poll(() => heard).toEqual([{ runId: id, step: 300 }])
    stopListening()
    push({ event: 'run.measured', payload: { runId: id, step: 400 } })
    await transport.request('systems.list', null)
    expect(heard).toHaveLength(1)
  })
})

import { EventEmitter } from 'node:events'
import { expect, it, vi } from 'vitest'
import type { Bridge } from '#shared/contract/index'
import { isRunId } from '#shared/ids'

const exposed = vi.hoisted(() => new Map<string, object>())
const invoke = vi.hoisted(() => vi.fn<(...args: unknown[]) => Promise<unknown>>(async () => ({ ok: true, value: 1 })))
const renderer = vi.hoisted(() => ({ events: null as EventEmitter | null }))
vi.mock('electron', () => {
  const events = new EventEmitter()
  renderer.events = events
  return {
    contextBridge: { exposeInMainWorld: (name: string, api: object) => void exposed.set(name, api) },
    ipcRenderer: { invoke, on: events.on.bind(events), off: events.off.bind(events) },
  }
})

/** What the page finds under window.collapsar. */
async function bridgeOfPage(): Promise<Bridge> {
  await import('../../../src/preload/index')
  const bridge: unknown = exposed.get('collapsar')
  if (!isBridge(bridge)) throw new Error('the page finds no bridge')
  return bridge
}

function isBridge(value: unknown): value is Bridge {
  return typeof value === 'object' && value !== null && 'request' in value && 'on' in value
}

it('exposes two functions on two fixed channels and nothing else', async () => {
  const bridge = await bridgeOfPage()
  expect([...exposed.keys()]).toEqual(['collapsar'])
  expect(Object.keys(bridge)).toEqual(['request', 'on'])
})

it('asks on the request channel, whatever the page names', async () => {
  const bridge = await bridgeOfPage()
  await bridge.request('app.info', null)
  expect(invoke).toHaveBeenCalledWith('collapsar:request', 'app.info', null)
})

it('hands on the events that were asked for, until told to stop', async () => {
  const bridge = await bridgeOfPage()
  const runId = 'r-0123456789'
  if (!isRunId(runId)) throw new Error('the test names no run')
  const steps: number[] = []
  const stop = bridge.on('run.measured', ({ step }) => steps.push(step))
  renderer.events?.emit('collapsar:event', {}, 'run.changed', { runId })
  renderer.events?.emit('collapsar:event', {}, 'run.measured', { runId, step: 7 })
  stop()
  renderer.events?.emit('collapsar:event', {}, 'run.measured', { runId, step: 8 })
  expect(steps).toEqual([7])
})

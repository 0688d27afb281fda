import { ref } from 'vue'
import { describe, expect, it } from 'vitest'
import type { Bridge, RunDetail } from '#shared/contract/index'
import { createClient } from '../../src/renderer/bridge/client'
import { createRunReader } from '../../src/renderer/views/run/runReader'
import { createFakeBridge } from './fixtures/fakeBridge'
import { detailOf, runs } from './fixtures/runs'

function readerOf(run: { current: RunDetail }) {
  const bridge = createFakeBridge('full')
  const asked: string[] = []
  let broken = false
  const counted: Bridge = {
    on: bridge.on,
    request: (method, input) => {
      asked.push(method)
      if (broken) return Promise.resolve({ ok: false, error: { code: 'unavailable', message: 'away', details: {} } })
      return bridge.request(method, input)
    },
  }
  const client = createClient({ ...counted, connection: ref('open') })
  return { asked, breakIt: (state: boolean) => (broken = state), reader: createRunReader(client, () => run.current) }
}
const finished = detailOf(runs[0]!)
const running = detailOf(runs[1]!)

describe('createRunReader', () => {
  it('asks once for a series however often it is drawn', async () => {
    const { asked, reader } = readerOf({ current: finished })
    const input = { runId: finished.id, quantity: 'loss', layer: null }
    const first = await reader['run.series'](input)
    expect(await reader['run.series'](input)).toBe(first)
    expect(asked).toEqual(['run.series'])
  })
  it('asks again when more was measured', async () => {
    const run = { current: running }
    const { asked, reader } = readerOf(run)
    const input = { runId: running.id, quantity: 'loss', layer: null }
    await reader['run.series'](input)
    run.current = { ...running, measured: finished.measured }
    await reader['run.series'](input)
    expect(asked).toHaveLength(2)
  })
  it('takes steps between two measurements for the earlier one', async () => {
    const { asked, reader } = readerOf({ current: finished })
    const at = (step: number) => reader['run.array']({ runId: finished.id, quantity: 'layerHessian', layer: 2, step })
    const record = await at(300)
    expect(record).toMatchObject({ step: 300, layer: 2 })
    expect(await at(301)).toBe(record)
    expect(asked).toHaveLength(1)
  })
  it('knows without asking that nothing was measured', async () => {
    const { asked, reader } = readerOf({ current: finished })
    expect(await reader['run.array']({ runId: finished.id, quantity: 'absent', layer: null, step: 10 })).toBeNull()
    expect(asked).toEqual([])
  })
  it('does not keep a failure', async () => {
    const { reader, breakIt } = readerOf({ current: finished })
    const input = { runId: finished.id, quantity: 'loss', layer: null }
    breakIt(true)
    await expect(reader['run.series'](input)).rejects.toThrow('away')
    breakIt(false)
    expect((await reader['run.series'](input)).steps.length).toBeGreaterThan(10)
  })
})

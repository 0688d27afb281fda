import { expect, it, vi } from 'vitest'
import { realService } from '../../helpers/realService'

it('of a run names the divergence, and lists find it by that', async () => {
  const service = realService()
  const params = { K: 3, n: 2, width: 4, depth: 3, learningRate: 50, initScale: 3, steps: 100 }
  const spec = { system: 'deep-ufm', params, probes: ['loss', 'outputStructure'] }
  const { runId } = await service.handlers['run.start']({ spec })
  const ended = () => service.handlers['run.get']({ runId })
  await vi.waitFor(async () => expect((await ended()).endedAt).not.toBeNull(), 10_000)
  const run = await ended()
  expect(run.status).toBe('diverged')
  expect(run.states).toEqual([{ quantity: 'verdict', label: 'Verdict', text: 'diverged' }])
  const choice = { filter: 'verdict = diverged', binned: false, group: null, sort: [], offset: 0, limit: 10 }
  expect(await service.handlers['runs.ids'](choice)).toEqual([runId])
  // The values that were measured before it are as they were.
  const { steps } = await service.handlers['run.series']({ runId, quantity: 'loss', layer: null })
  expect(Math.max(...steps)).toBeLessThan(run.step)
})

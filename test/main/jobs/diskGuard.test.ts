import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import { createService } from '#main/service'
import { temporaryFolder } from '../../helpers/projects'
import { tinyExecute, tinyProbes, tinySystems } from '../../helpers/tinySystem'

/** A service on a disk whose free space the test says, in megabytes. */
function onDisk(megabytes: number) {
  const disk = { megabytes }
  const resources = { read: () => new Uint8Array() }
  const service = createService({
    projectPath: join(temporaryFolder(), 'work.clps'),
    startWorker: inProcessWorker(tinyExecute, resources),
    systems: tinySystems,
    probes: tinyProbes,
    resources,
    slots: 1,
    host: 'loopback',
    blas: 'embedded',
    freeDiskBytes: () => disk.megabytes * 1e6,
  })
  onTestFinished(() => service.close())
  const { handlers } = service
  return {
    disk,
    handlers,
    start: async (params = {}) => (await handlers['run.start']({ spec: { system: 'tiny', params } })).runId,
    run: (runId: Awaited<ReturnType<(typeof handlers)['run.start']>>['runId']) => handlers['run.get']({ runId }),
    trouble: async () => (await handlers['queue.list']({ offset: 0, limit: 1 })).trouble,
  }
}

it('starts nothing on a disk that is nearly full, says what to do, and goes on by itself', async () => {
  const { disk, start, run, trouble } = onDisk(400)
  const id = await start()
  expect(await run(id)).toMatchObject({ status: 'pending', error: { code: 'storage' } })
  expect((await trouble())?.message).toMatch(/400 MB left.*Free some space.*goes on by itself/)
  disk.megabytes = 600
  await vi.waitFor(async () => expect((await run(id)).status).toBe('completed'), 10_000)
  expect(await trouble()).toBeNull()
})

it('lets what trains go on until the disk is almost full; then it stops, and goes on from its last state', async () => {
  const { disk, start, run, trouble } = onDisk(600)
  const id = await start({ steps: 1500, pauseMs: 5, stateEvery: 10 })
  await vi.waitFor(async () => expect((await run(id)).step).toBeGreaterThan(20), 10_000)
  disk.megabytes = 300
  await vi.waitFor(async () => expect((await trouble())?.message).toMatch(/300 MB left/), 10_000)
  expect((await run(id)).status).toBe('running')
  disk.megabytes = 50
  await vi.waitFor(async () => expect((await run(id)).status).toBe('pending'), 10_000)
  expect((await run(id)).log.map(({ message }) => message).join('\n')).toMatch(/50 MB left.*\nGoes on by itself from/)
  disk.megabytes = 600
  await vi.waitFor(async () => expect((await run(id)).status).toBe('completed'), 20_000)
  const steps = (await run(id)).measured.find(({ quantity }) => quantity === 'values')?.steps
  expect(steps).toEqual(Float64Array.from({ length: 1501 }, (_, i) => i))
})

it('says before a start what the disk has no room for, of a run and of a sweep, and starts it all the same', async () => {
  const { disk, handlers, start, run } = onDisk(600)
  const spec = { system: 'tiny', params: { steps: 10 } }
  const advice = async () => {
    const preview = await handlers['spec.preview']({ spec })
    const sweep = await handlers['sweep.preview']({ spec: { base: spec, axes: [] }, rows: 1, over: null })
    return [preview, sweep].map((answer) => answer.advice.filter(({ path }) => path === 'storage'))
  }
  expect(await advice()).toEqual([[], []])
  // The queue leaves 500 MB alone, so there is nothing left for a run of any size.
  disk.megabytes = 500
  const said = [{ path: 'storage', message: expect.stringMatching(/500 MB left.*it would pause.*Free some/) }]
  expect(await advice()).toEqual([said, said])
  const id = await start()
  await vi.waitFor(async () => expect((await run(id)).status).toBe('completed'), 10_000)
  expect((await run(id)).log[0]).toMatchObject({ level: 'warning', message: said[0]?.message })
})

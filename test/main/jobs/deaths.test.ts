import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RunId } from '#shared/ids'
import { forkWorker, type WorkerHandle } from '#main/jobs/workerHandle'
import { createService, type ServiceOptions } from '#main/service'
import { buildEntry } from '../../helpers/buildEntry'
import { temporaryFolder } from '../../helpers/projects'
import { repetitions } from '../../helpers/repetitions'
import { tinyProbes, tinySystems } from '../../helpers/tinySystem'

/** How many workers die in one service. */
const DEATHS = repetitions('DEATHS', 10)
const NEXT_WITHIN_MS = 3000
const WAYS = ['killed', 'aborted', 'exhausted', 'crashed'] as const

let built: Awaited<ReturnType<typeof buildEntry>>
beforeAll(async () => {
  built = await buildEntry('tinyWorker')
  // A heap that is exhausted in a moment, not in minutes.
  process.env['NODE_OPTIONS'] = '--max-old-space-size=48'
}, 60_000)
afterAll(() => {
  delete process.env['NODE_OPTIONS']
  built.remove()
})

function opened(limits: ServiceOptions['limits'] = {}) {
  const workers: WorkerHandle[] = []
  const service = createService({
    projectPath: join(temporaryFolder(), 'work.clps'),
    startWorker() {
      const worker = forkWorker(built.path)()
      workers.push(worker)
      return worker
    },
    systems: tinySystems,
    probes: tinyProbes,
    resources: { read: () => new Uint8Array() },
    slots: 1,
    host: 'loopback',
    blas: 'embedded',
    limits,
  })
  onTestFinished(() => service.close())
  const { handlers } = service
  return {
    workers,
    service,
    start: async (params: Record<string, number | string>) =>
      (await handlers['run.start']({ spec: { system: 'tiny', params } })).runId,
    run: (runId: RunId) => handlers['run.get']({ runId }),
  }
}

function isGone({ pid }: WorkerHandle): boolean {
  try {
    process.kill(pid ?? 0, 0)
    return false
  } catch {
    return true
  }
}

describe('a worker that dies', () => {
  it(`leaves the service at work, ${DEATHS} times`, { timeout: 60_000 + 20_000 * DEATHS }, async () => {
    const { workers, service, start, run } = opened()
    let slowest = 0
    for (let death = 0; death < DEATHS; death++) {
      const way = WAYS[death % WAYS.length] ?? 'killed'
      const ending = way === 'killed' ? { steps: 10_000, pauseMs: 2 } : { steps: 5, ending: way }
      const [dying, next] = [await start(ending), await start({ steps: 3 })]
      if (way === 'killed') {
        await vi.waitFor(async () => expect((await run(dying)).step).toBeGreaterThan(0), 20_000)
        workers.at(-1)?.kill()
      }
      await vi.waitFor(async () => expect((await run(dying)).status).toBe('interrupted'), 20_000)
      const died = performance.now()
      expect((await run(dying)).error?.message).toMatch(/worker process.*What it had measured is kept/)
      await vi.waitFor(async () => expect((await run(next)).status).not.toBe('pending'), {
        timeout: 20_000,
        interval: 5,
      })
      slowest = Math.max(slowest, performance.now() - died)
      await vi.waitFor(async () => expect((await run(next)).status).toBe('completed'), 20_000)
    }
    expect(slowest).toBeLessThan(NEXT_WITHIN_MS)
    await service.close()
    expect(workers).toHaveLength(2 * DEATHS)
    expect(workers.filter((worker) => !isGone(worker))).toEqual([])
    console.log(`${DEATHS} deaths: the next run started within ${slowest.toFixed(0)} ms`)
  })
})

describe('a worker that goes beyond its limits', () => {
  it('is ended when it hangs, and its run says so', async () => {
    const { start, run, workers } = opened({ silenceMs: 3000 })
    const id = await start({ steps: 5, ending: 'hung' })
    await vi.waitFor(async () => expect((await run(id)).status).toBe('interrupted'), 20_000)
    expect((await run(id)).error?.message).toMatch(/said nothing for 3 s.*so it was ended.*Resume it/)
    await vi.waitFor(() => expect(workers.every(isGone)).toBe(true), 5000)
  })

  it('is left alone while it shows that it is alive, however long nothing is measured', async () => {
    const { start, run } = opened({ silenceMs: 3000 })
    const id = await start({ steps: 1, pauseMs: 4500 })
    await vi.waitFor(async () => expect((await run(id)).status).toBe('completed'), 20_000)
  })

  it('fails with the cause when it takes more memory than it may have', async () => {
    const { start, run } = opened({ memoryBytes: 2 ** 29 })
    const id = await start({ steps: 5, ending: 'bloated' })
    await vi.waitFor(async () => expect((await run(id)).status).toBe('failed'), 20_000)
    expect((await run(id)).error).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/took 0\.\d GiB of memory, more than the 0\.5 GiB.*fewer runs/),
    })
  })
})

import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SweepDetail } from '#shared/contract/sweeps'
import type { SweepId } from '#shared/ids'
import type { SweepSpecInput } from '#shared/sweep'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import type { ExecuteTogether } from '#main/jobs/serveJob'
import { createService, type Service, type ServiceOptions } from '#main/service'
import { openProject } from '#main/store/openProject'
import { fixedClock, temporaryFolder } from '../../helpers/projects'
import { tinyExecute, tinyProbes, tinySystems } from '../../helpers/tinySystem'

const resources = { read: () => new Uint8Array() }

/** How many runs each job had. */
let jobs: number[] = []

/** All at once, as replicas do. */
const together: ExecuteTogether = async (tasks) => {
  jobs.push(tasks.length)
  await Promise.all(
    tasks.map(async ({ spec, ended, ...options }) => ended(await tinyExecute(spec, { ...options, resources }))),
  )
}

function opened(given: Partial<ServiceOptions> = {}): Service {
  jobs = []
  const service = createService({
    projectPath: join(temporaryFolder(), 'work.clps'),
    startWorker: inProcessWorker(tinyExecute, resources, { together }),
    systems: tinySystems,
    probes: tinyProbes,
    resources,
    slots: 1,
    host: 'loopback',
    blas: 'embedded',
    ...given,
  })
  onTestFinished(() => service.close())
  return service
}

const list = (path: string, ...values: (number | string)[]) => [{ path, values: { kind: 'list' as const, values } }]
const seeds = (count: number) => [
  { path: 'seed', values: { kind: 'range' as const, from: 0, to: count - 1, count, scale: 'integer' as const } },
]
const sweep = (axes: SweepSpecInput['axes'], params = {}, rest: Partial<SweepSpecInput> = {}): SweepSpecInput => ({
  name: 'a sweep',
  base: { system: 'tiny', params },
  axes,
  ...rest,
})

async function reached(service: Service, id: SweepId, when: (sweep: SweepDetail) => boolean): Promise<SweepDetail> {
  const get = () => service.handlers['sweep.get']({ sweepId: id })
  await vi.waitFor(async () => expect(when(await get())).toBe(true), { timeout: 10_000, interval: 20 })
  return get()
}

const ended = (found: SweepDetail) => found.endedAt !== null
const queue = (service: Service) => service.handlers['queue.list']({ offset: 0, limit: 100 })

describe('sweep.preview', () => {
  const preview = (spec: SweepSpecInput, rows = 10) => opened().handlers['sweep.preview']({ spec, rows, over: null })

  it('counts, shows the first runs, warns and estimates', async () => {
    const found = await preview(
      sweep([list('params.width', 2, 4, 60), seeds(5)], {}, { constraints: ['width != 4'] }),
      3,
    )
    expect(found).toMatchObject({
      issues: [],
      runs: 10,
      excluded: 5,
      duplicates: 0,
      paths: ['params.width', 'seed'],
      rows: [[2, 0], [2, 1], [2, 2]], // prettier-ignore
      advice: [{ path: 'params.width', message: 'That is wide.' }],
    })
    expect(found.estimate).toMatchObject({ basis: 'rough', seconds: expect.any(Number), bytes: expect.any(Number) })
    expect(found.theory).toMatchObject([
      { chosen: [2, 60], figure: { id: 'loss', x: { param: 'width' }, curves: [{ label: '0' }] } },
    ])
    const { x, curves } = found.theory[0]!.figure
    expect(x.values).toEqual(x.values.toSorted((a, b) => a - b))
    expect(curves[0]?.y).toHaveLength(x.values.length)
  })

  it('says how runs share workers', async () => {
    expect((await preview(sweep([seeds(50)]))).estimate?.batching).toMatch(/train 50 at a time/)
    expect((await preview(sweep([seeds(50)], { width: 40 }))).estimate?.batching).toMatch(/alone.*40 wide/)
  })

  it.each<[string, SweepSpecInput, string, RegExp]>([
    ['fields', sweep([list('params.width', 0)]), 'params.width', /got 0/],
    ['the base', { base: { system: 'tiny', params: { ending: 'well' } } }, 'params.ending', /got "well"/],
    ['the frame', { base: { system: 'tiny', seed: -1 } }, 'seed', /seed/],
    ['the system', { base: { system: 'large' } }, 'system', /"large".*tiny/],
    ['constraints', sweep([], {}, { constraints: ['width > 3'] }), 'constraints', /exclude all 1/],
  ])('tells what is wrong with %s', async (_, spec, path, message) => {
    const { issues, runs, estimate } = await preview(spec)
    expect(issues).toContainEqual({ path, message: expect.stringMatching(message) })
    expect([runs, estimate]).toEqual([0, null])
  })
})

describe('a sweep', () => {
  it('trains every run once, those of one shape together, and says so in their logs', async () => {
    const service = opened()
    const { sweepId, runs } = await service.handlers['sweep.start']({
      spec: sweep([list('params.width', 2, 3, 40), seeds(4)], { steps: 3 }),
    })
    expect(runs).toBe(12)
    const done = await reached(service, sweepId, ended)
    expect(done).toMatchObject({
      name: 'a sweep',
      runs: 12,
      counts: { completed: 12, pending: 0 },
      steps: { done: 36, of: 36 },
      paths: ['params.width', 'seed'],
    })
    expect(jobs).toEqual([4, 4])
    const details = await Promise.all(done.runIds.map((runId) => service.handlers['run.get']({ runId })))
    expect(details.map(({ spec }) => [spec.params['width'], spec.seed])).toEqual(
      [2, 3, 40].flatMap((width) => [0, 1, 2, 3].map((seed) => [width, seed])),
    )
    for (const { log, measured, last } of details) {
      expect(log[0]?.message).toMatch(/train 4 at a time as one program|trains alone: its layers are 40 wide/)
      expect(measured[0]?.steps).toHaveLength(4)
      expect(last).toEqual({ loss: 0.25 })
    }
  })

  it('keeps every worker busy: no batch takes more than its share', async () => {
    const service = opened({ slots: 2 })
    const { sweepId } = await service.handlers['sweep.start']({ spec: sweep([seeds(9)], { pauseMs: 20 }) })
    const training = await vi.waitFor(async () => {
      const { running } = await queue(service)
      expect(running).toHaveLength(7)
      return running
    })
    expect(training.map(({ batch }) => batch).sort()).toEqual([2, 2, 5, 5, 5, 5, 5])
    await reached(service, sweepId, ended)
  })

  it('can be paused, resumed and cancelled', async () => {
    const service = opened()
    const spec = sweep([list('params.width', 2, 3)], { steps: 1000, pauseMs: 2 })
    const { sweepId } = await service.handlers['sweep.start']({ spec })
    await reached(service, sweepId, ({ counts }) => counts.running === 1)
    await service.handlers['sweep.pause']({ sweepId })
    expect((await queue(service)).waiting).toMatchObject([{ run: { held: 'sweep' }, sweepId }])
    const [training] = (await queue(service)).running
    await service.handlers['run.cancel']({ runId: training!.run.id })
    const paused = await reached(service, sweepId, ({ counts }) => counts.cancelled === 1)
    expect(paused).toMatchObject({ paused: true, counts: { pending: 1, running: 0 }, endedAt: null })
    await service.handlers['sweep.resume']({ sweepId })
    await reached(service, sweepId, ({ counts }) => counts.running === 1)
    await service.handlers['sweep.cancel']({ sweepId })
    await reached(service, sweepId, ({ counts }) => counts.cancelled === 2)
  })

  it('of thousands is cancelled in turns, and nothing of it starts meanwhile', async () => {
    const service = opened()
    await service.handlers['queue.pause'](null)
    const { sweepId } = await service.handlers['sweep.start']({ spec: sweep([seeds(3000)]) })
    await service.handlers['queue.resume'](null)
    const cancelling = service.handlers['sweep.cancel']({ sweepId })
    let isOver = false
    void cancelling.then(() => (isOver = true))
    const seen: number[] = []
    while (!isOver) {
      seen.push((await service.handlers['sweep.get']({ sweepId })).counts.cancelled)
      await setImmediate()
    }
    expect(seen.filter((count) => count > 0 && count < 2999).length).toBeGreaterThan(1)
    const { counts } = await reached(service, sweepId, ended)
    // The one that had started before is told to end, or has ended by itself.
    expect(counts.cancelled + counts.completed).toBe(3000)
    expect(counts.completed).toBeLessThanOrEqual(1)
    expect(jobs).toEqual([])
  })

  it('cancelled twice at once is cancelled', async () => {
    const service = opened()
    await service.handlers['queue.pause'](null)
    const { sweepId } = await service.handlers['sweep.start']({ spec: sweep([seeds(1500)]) })
    const cancel = () => service.handlers['sweep.cancel']({ sweepId })
    await Promise.all([cancel(), cancel()])
    expect((await service.handlers['sweep.get']({ sweepId })).counts).toMatchObject({ cancelled: 1500, pending: 0 })
  })

  it('whose failed runs are queued again twice at once has each of them once', async () => {
    const service = opened()
    const { sweepId } = await service.handlers['sweep.start']({
      spec: sweep([seeds(200)], { ending: 'failed', width: 2 }),
    })
    await reached(service, sweepId, ended)
    await service.handlers['queue.pause'](null)
    const retry = () => service.handlers['sweep.retryFailed']({ sweepId })
    const retried = await Promise.all([retry(), retry()])
    expect(retried.reduce((sum, { runs }) => sum + runs, 0)).toBe(200)
    expect((await service.handlers['sweep.get']({ sweepId })).counts).toMatchObject({ pending: 200, failed: 0 })
  })

  it('queues its failed runs again, in their places', async () => {
    const service = opened()
    const { sweepId } = await service.handlers['sweep.start']({
      spec: sweep([list('params.ending', 'completed', 'failed', 'diverged')]),
    })
    const first = await reached(service, sweepId, ended)
    expect(first.counts).toMatchObject({ completed: 1, failed: 1, diverged: 1 })
    expect(await service.handlers['sweep.retryFailed']({ sweepId })).toEqual({ runs: 1 })
    const second = await reached(service, sweepId, (found) => ended(found) && found.runIds[1] !== first.runIds[1])
    expect(second.counts).toEqual(first.counts)
    expect([second.runIds[0], second.runIds[2]]).toEqual([first.runIds[0], first.runIds[2]])
    const page = { filter: '', binned: false, group: null, sort: [], offset: 0, limit: 100 }
    const listed = await service.handlers['runs.ids'](page)
    expect(listed).not.toContain(first.runIds[1])
  })

  it('that is refused leaves nothing behind', async () => {
    const service = opened()
    const spec = sweep([list('params.width', 2, 0)])
    await expect(service.handlers['sweep.start']({ spec })).rejects.toMatchObject({ code: 'bad-input' })
    expect(await service.handlers['sweep.list'](null)).toEqual([])
  })

  it('goes on when the service starts again, where it was, holds included', async () => {
    const projectPath = join(temporaryFolder(), 'work.clps')
    const first = opened({ projectPath })
    await first.handlers['queue.pause'](null)
    const { sweepId } = await first.handlers['sweep.start']({ spec: sweep([seeds(3)]) })
    const { waiting } = await queue(first)
    expect(waiting.map(({ run }) => run.held)).toEqual(['queue', 'queue', 'queue'])
    await first.handlers['queue.hold']({ runIds: [waiting[0]!.run.id] })
    await first.close()
    const second = opened({ projectPath })
    await second.handlers['queue.resume'](null)
    const found = await reached(second, sweepId, ({ counts }) => counts.completed === 2)
    expect(found.counts.pending).toBe(1)
    await second.handlers['queue.release']({ runIds: [waiting[0]!.run.id] })
    await reached(second, sweepId, ended)
  })

  it('tells of itself and the queue a few times a second, not for every run', async () => {
    const service = opened()
    let [sweeps, queues] = [0, 0]
    service.on('sweep.changed', () => sweeps++)
    service.on('queue.changed', () => queues++)
    const started = performance.now()
    const { sweepId } = await service.handlers['sweep.start']({ spec: sweep([seeds(100)], { steps: 20, pauseMs: 10 }) })
    await reached(service, sweepId, ended)
    const quarters = (performance.now() - started) / 250
    expect(sweeps).toBeGreaterThan(0)
    expect(sweeps).toBeLessThanOrEqual(quarters + 1)
    expect(queues).toBeLessThanOrEqual(quarters + 1)
  })
})

describe('the queue', () => {
  it('is reordered by hand and by priority', async () => {
    const service = opened()
    await service.handlers['queue.pause'](null)
    await service.handlers['sweep.start']({ spec: sweep([seeds(3)]) })
    const { sweepId } = await service.handlers['sweep.start']({ spec: sweep([list('params.width', 5)]) })
    const order = async () => (await queue(service)).waiting.map(({ run }) => run.id)
    const [a, b, c, d] = await order()
    await service.handlers['queue.move']({ target: { runIds: [c!] }, before: a! })
    expect(await order()).toEqual([c, a, b, d])
    await service.handlers['queue.prioritise']({ target: { sweepId }, priority: 2 })
    expect(await order()).toEqual([d, c, a, b])
    await service.handlers['queue.move']({ target: { sweepId }, before: null })
    expect(await order()).toEqual([c, a, b, d])
    expect((await queue(service)).waitingCount).toBe(4)
  })
})

describe('a pause', () => {
  const long = { steps: 400, pauseMs: 2 }
  const summaries = async (service: Service, found: SweepDetail) =>
    service.handlers['runs.summaries']({ runIds: found.runIds })

  it('of a sweep stops what trains with a stored state, where it stood in the queue, and goes on from there', async () => {
    const service = opened()
    const spec = sweep([seeds(3)], long)
    const { sweepId } = await service.handlers['sweep.start']({ spec })
    const { sweepId: other } = await service.handlers['sweep.start']({ spec: sweep([seeds(1)], {}) })
    await reached(service, sweepId, ({ counts }) => counts.running === 3)
    await vi.waitFor(async () => expect((await queue(service)).running[0]?.run.step).toBeGreaterThan(0))
    await service.handlers['sweep.pause']({ sweepId })
    const paused = await reached(service, sweepId, ({ counts }) => counts.pending === 3)
    const runs = await summaries(service, paused)
    expect(runs).toMatchObject([{ held: 'sweep' }, { held: 'sweep' }, { held: 'sweep' }])
    const steps = runs.map(({ step }) => step)
    for (const [i, { id }] of runs.entries()) {
      expect((await service.handlers['run.states']({ runId: id })).last).toBe(steps[i])
      expect(steps[i]).toBeGreaterThan(0)
      expect(steps[i]).toBeLessThan(long.steps)
    }
    // Meanwhile the others go on.
    await reached(service, other, ended)
    expect((await queue(service)).waiting.map(({ run }) => run.id)).toEqual(paused.runIds)
    await service.handlers['sweep.resume']({ sweepId })
    const done = await reached(service, sweepId, ended)
    expect(done.counts.completed).toBe(3)
    for (const [i, runId] of done.runIds.entries()) {
      const { log, measured } = await service.handlers['run.get']({ runId })
      expect(log.map(({ message }) => message)).toContain(`Paused at step ${steps[i]}; its state is stored.`)
      for (const { steps: all } of measured) expect(all).toEqual(Float64Array.from({ length: 401 }, (_, step) => step))
    }
  })

  it('of one run of a batch lets the others train, and holds until it is let go', async () => {
    const service = opened()
    const { sweepId } = await service.handlers['sweep.start']({ spec: sweep([seeds(3)], { ...long, steps: 100 }) })
    const { runIds } = await reached(service, sweepId, ({ counts }) => counts.running === 3)
    await service.handlers['queue.hold']({ runIds: [runIds[1]!] })
    const found = await reached(service, sweepId, ({ counts }) => counts.completed === 2)
    expect(found.counts.pending).toBe(1)
    expect((await summaries(service, found))[1]).toMatchObject({ status: 'pending', held: 'run' })
    await service.handlers['queue.release']({ runIds: [runIds[1]!] })
    expect((await reached(service, sweepId, ended)).counts.completed).toBe(3)
  })

  it('of the queue says so while runs come to rest; one that is cancelled meanwhile ends', async () => {
    const service = opened()
    const { sweepId } = await service.handlers['sweep.start']({ spec: sweep([list('params.width', 2)], long) })
    const { runIds } = await reached(service, sweepId, ({ counts }) => counts.running === 1)
    const [runId] = runIds
    await service.handlers['queue.pause'](null)
    expect((await queue(service)).running).toMatchObject([{ run: { status: 'running', held: 'queue' } }])
    await reached(service, sweepId, ({ counts }) => counts.pending === 1)
    await service.handlers['run.cancel']({ runId: runId! })
    expect((await reached(service, sweepId, ended)).counts.cancelled).toBe(1)
  })

  it('that is taken back at once costs nothing but a new worker', async () => {
    const service = opened()
    const { sweepId } = await service.handlers['sweep.start']({ spec: sweep([list('params.width', 2)], long) })
    await reached(service, sweepId, ({ counts }) => counts.running === 1)
    await service.handlers['queue.pause'](null)
    await service.handlers['queue.resume'](null)
    const { counts } = await reached(service, sweepId, ended)
    expect(counts.completed).toBe(1)
  })
})

describe('a batch whose worker dies', () => {
  it('is interrupted run by run; what has ended stays so', async () => {
    const handles: { kill(): void }[] = []
    const startInProcess = inProcessWorker(tinyExecute, resources, { together })
    const service = opened({
      startWorker() {
        const handle = startInProcess()
        handles.push(handle)
        return handle
      },
    })
    const spec = sweep([[{ path: 'params.steps', values: { kind: 'list', values: [2, 5000] } }], seeds(2)], {
      pauseMs: 5,
    })
    const { sweepId } = await service.handlers['sweep.start']({ spec })
    await reached(service, sweepId, ({ counts }) => counts.completed === 2 && counts.running === 2)
    handles.at(-1)?.kill()
    const found = await reached(service, sweepId, ended)
    expect(found.counts).toMatchObject({ completed: 2, interrupted: 2 })
  })
})

describe('a service whose last starts failed', () => {
  it('starts with the queue paused and leaves interrupted runs alone until someone goes on', async () => {
    const projectPath = join(temporaryFolder(), 'work.clps')
    const first = opened({ projectPath })
    const params = { steps: 1000, pauseMs: 5, stateEvery: 1 }
    const { sweepId } = await first.handlers['sweep.start']({ spec: sweep([list('params.width', 2, 3)], params) })
    await reached(first, sweepId, ({ counts }) => counts.running === 1)
    await first.close()
    const second = opened({ projectPath, isSafe: true })
    expect(await second.handlers['app.info'](null)).toMatchObject({ isSafe: true })
    const found = await second.handlers['sweep.get']({ sweepId })
    expect(found.counts).toMatchObject({ interrupted: 1, pending: 1, running: 0 })
    expect((await queue(second)).paused).toBe(true)
    await second.handlers['queue.resume'](null)
    await reached(second, sweepId, ({ counts }) => counts.running === 1)
  })
})

describe('named specs', () => {
  it('are saved, replaced, listed and deleted', async () => {
    const { handlers } = opened()
    await handlers['specs.save']({ name: 'mine', spec: sweep([seeds(2)]) })
    await handlers['specs.save']({ name: 'mine', spec: sweep([seeds(3)]) })
    expect(await handlers['specs.list'](null)).toMatchObject([{ name: 'mine', spec: { axes: [seeds(3)] } }])
    await handlers['specs.delete']({ name: 'mine' })
    expect(await handlers['specs.list'](null)).toEqual([])
  })
})

describe('a project that is only read', () => {
  it('shows its sweeps and changes nothing', async () => {
    const projectPath = join(temporaryFolder(), 'work.clps')
    const writer = opened({ projectPath })
    const { sweepId } = await writer.handlers['sweep.start']({ spec: sweep([seeds(2)]) })
    await reached(writer, sweepId, ended)
    await writer.close()
    const reader = opened({ projectPath, readOnly: true })
    expect(await reader.handlers['sweep.list'](null)).toMatchObject([{ id: sweepId, counts: { completed: 2 } }])
    expect((await queue(reader)).running).toEqual([])
    await expect(reader.handlers['queue.pause'](null)).rejects.toMatchObject({ code: 'storage' })
    openProject(projectPath, { clock: fixedClock() }).close()
  })
})

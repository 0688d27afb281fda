import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RunDetail, RunStatus } from '#shared/contract/index'
import { isRunId, type RunId } from '#shared/ids'
import type { ParamValues } from '#shared/params'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import { forkWorker, type StartWorker, type WorkerHandle } from '#main/jobs/workerHandle'
import { createService, dispatch, type Service, type ServiceOptions } from '#main/service'
import { openProject } from '#main/store/openProject'
import { buildEntry } from '../helpers/buildEntry'
import { fixedClock, newRun, runId, temporaryFolder } from '../helpers/projects'
import { tinyExecute, tinyProbes, tinySystems } from '../helpers/tinySystem'

const resources = { read: () => new Uint8Array() }
const inProcess = inProcessWorker(tinyExecute, resources)

function opened(given: Partial<ServiceOptions> = {}): Service {
  const service = createService({
    projectPath: join(temporaryFolder(), 'work.collapsar'),
    startWorker: inProcess,
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

async function start(service: Service, params: ParamValues = {}, rest: { seed?: number; name?: string } = {}) {
  return (await service.handlers['run.start']({ spec: { system: 'tiny', params, ...rest } })).runId
}

/** The run, once it has the status; fails when it ends with another. */
async function reached(service: Service, id: RunId, status: RunStatus): Promise<RunDetail> {
  const { promise, resolve, reject } = Promise.withResolvers<RunDetail>()
  async function look() {
    const run = await service.handlers['run.get']({ runId: id })
    if (run.status === status) resolve(run)
    else if (run.endedAt !== null) reject(new Error(`${status} expected, but ${run.status}: ${run.error?.message}`))
  }
  const stop = service.on('run.changed', () => void look().catch(reject))
  await look()
  return promise.finally(stop)
}

async function measuredOnce(service: Service, id: RunId): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const stop = service.on('run.measured', ({ runId, step }) => runId === id && resolve(step))
  return promise.finally(stop)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a run', () => {
  it('is queued, trained, stored and judged', async () => {
    const service = opened()
    const id = await start(service, { steps: 9 }, { name: 'first', seed: 7 })
    const run = await reached(service, id, 'completed')
    expect(run).toMatchObject({
      id,
      name: 'first',
      seed: 7,
      system: 'tiny',
      title: 'Tiny system',
      step: 9,
      steps: 9,
      error: null,
      params: { width: 2, steps: 9, pauseMs: 0, ending: 'completed' },
      provenance: { version: 'test' },
      last: { loss: 0.1 },
    })
    expect(run.quantities.map(({ id: quantity }) => quantity)).toEqual([
      'loss',
      'values',
      'flowTime',
      'epoch',
      'wallTime',
    ])
    expect(run.measured.map(({ quantity, steps }) => [quantity, steps.length])).toEqual([
      ['loss', 10],
      ['values', 10],
    ])
    const { values } = await service.handlers['run.series']({ runId: id, quantity: 'loss', layer: null })
    expect(values).toEqual(Float64Array.from({ length: 10 }, (_, step) => 1 / (step + 1)))
    const found = { runId: id, quantity: 'values', layer: null }
    expect((await service.handlers['run.array']({ ...found, step: 4.5 }))?.data).toEqual(Float64Array.of(4, -0, NaN))
    expect(await service.handlers['run.arrays'](found)).toHaveLength(10)
  })

  it('is judged only by the claims of its preset; one that cannot be computed does not hold', async () => {
    const service = opened()
    const preset = await reached(service, await start(service), 'completed')
    expect(preset.claims.map(({ id, holds }) => [id, holds])).toEqual([
      ['tiny.C1', true],
      ['tiny.C2', false],
    ])
    expect(preset).toMatchObject({ claimsHeld: 1, claimsChecked: 2 })
    expect(preset.log.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/tiny.C2 .* could not be checked: absent was not measured at step 3/),
    )
    const other = await reached(service, await start(service, { steps: 9 }), 'completed')
    expect(other.claims).toEqual([])
    const [system] = await service.handlers['systems.list'](null)
    expect(system?.claimStatus).toEqual({ 'tiny.C1': true, 'tiny.C2': false })
  })

  it('that fails says why, without telling paths', async () => {
    const service = opened()
    const run = await reached(service, await start(service, { ending: 'failed' }), 'failed')
    expect(run.error).toMatchObject({ code: 'unavailable', message: 'The file digits.csv is missing.' })
    expect(run.measured).toHaveLength(2)
  })

  it('that diverges says at which step', async () => {
    const service = opened()
    const run = await reached(service, await start(service, { ending: 'diverged' }), 'diverged')
    expect(run).toMatchObject({ step: 5, error: null })
    expect(run.log.at(-1)).toMatchObject({ level: 'warning', message: expect.stringMatching(/step 5.* 0\.5/) })
  })

  it('can be repeated with the same spec once it has ended', async () => {
    const service = opened()
    const id = await start(service, { pauseMs: 20 }, { seed: 3 })
    await expect(service.handlers['run.repeat']({ runId: id })).rejects.toMatchObject({ code: 'conflict' })
    const first = await reached(service, id, 'completed')
    const { runId: again } = await service.handlers['run.repeat']({ runId: id })
    const second = await reached(service, again, 'completed')
    expect(again).not.toBe(id)
    expect(second.spec).toEqual(first.spec)
  })

  it('leaves the list for the bin and comes back', async () => {
    const service = opened()
    const id = await start(service)
    await reached(service, id, 'completed')
    const listed = () =>
      service.handlers['runs.ids']({ filter: '', binned: false, group: null, sort: [], offset: 0, limit: 10 })
    await service.handlers['runs.bin']({ runIds: [id] })
    expect(await listed()).toEqual([])
    expect((await service.handlers['run.get']({ runId: id })).id).toBe(id)
    await service.handlers['runs.restore']({ runIds: [id] })
    expect(await listed()).toEqual([id])
  })
})

describe('the queue', () => {
  it('trains in the order of starting, as many at a time as there are slots', async () => {
    let [running, most] = [0, 0]
    const order: string[] = []
    const watched = inProcessWorker(async (spec, options) => {
      order.push(spec.name)
      most = Math.max(most, ++running)
      const outcome = await tinyExecute(spec, options)
      running -= 1
      return outcome
    }, resources)
    const service = opened({ startWorker: watched, slots: 2 })
    const names = ['a', 'b', 'c', 'd', 'e']
    const ids = await Promise.all(names.map((name) => start(service, { pauseMs: 5 }, { name })))
    await Promise.all(ids.map((id) => reached(service, id, 'completed')))
    expect(order).toEqual(names)
    expect(most).toBe(2)
  })

  it('cancels a run that trains and one that waits; the next goes on', async () => {
    const service = opened()
    const training = await start(service, { steps: 100_000, pauseMs: 5 })
    const waiting = await start(service)
    const next = await start(service)
    await measuredOnce(service, training)
    await service.handlers['run.cancel']({ runId: waiting })
    expect((await reached(service, waiting, 'cancelled')).measured).toEqual([])
    await service.handlers['run.cancel']({ runId: training })
    const cancelled = await reached(service, training, 'cancelled')
    expect(cancelled.error).toBeNull()
    expect(cancelled.measured).toHaveLength(2)
    await reached(service, next, 'completed')
    await expect(service.handlers['run.cancel']({ runId: training })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('goes on with waiting runs when the service starts again', async () => {
    const projectPath = join(temporaryFolder(), 'work.collapsar')
    const first = opened({ projectPath })
    const training = await start(first, { steps: 100_000, pauseMs: 5 })
    const waiting = await start(first)
    await measuredOnce(first, training)
    await first.close()
    const second = opened({ projectPath })
    expect(await reached(second, training, 'interrupted')).toMatchObject({ error: { code: 'unavailable' } })
    await reached(second, waiting, 'completed')
  })
})

describe('worker processes', () => {
  let entry = ''
  beforeAll(async () => {
    const built = await buildEntry('tinyWorker')
    entry = built.path
    return built.remove
  }, 60_000)

  it.each(['SIGKILL', 'SIGSEGV'] as const)(
    'may die of %s: the run is interrupted, its records are there',
    async (signal) => {
      const handles: WorkerHandle[] = []
      const service = opened({ startWorker: remembering(forkWorker(entry), handles) })
      const id = await start(service, { steps: 100_000, pauseMs: 2 })
      const next = await start(service)
      const step = await measuredOnce(service, id)
      process.kill(handles[0]!.pid!, signal)
      const run = await reached(service, id, 'interrupted')
      expect(run.error?.message).toMatch(new RegExp(`ended by ${signal}.*kept`))
      for (const { steps } of run.measured) {
        // Every step up to the last one that was announced, and none twice.
        expect(steps.length).toBeGreaterThan(step)
        expect(steps).toEqual(Float64Array.from(steps, (_, i) => i))
      }
      await reached(service, next, 'completed')
      expect(isAlive(handles[0]!.pid!)).toBe(false)
    },
  )

  it('lose nothing that was announced, whenever they are killed', async () => {
    const handles: WorkerHandle[] = []
    const service = opened({ startWorker: remembering(forkWorker(entry), handles) })
    for (let kill = 0; kill < 10; kill++) {
      let announced = -1
      const stop = service.on('run.measured', ({ step }) => (announced = step))
      const id = await start(service, { steps: 100_000, pauseMs: 1 })
      // From before the worker is up to well within its batches.
      await new Promise((resolve) => setTimeout(resolve, 40 * kill))
      handles.at(-1)!.kill()
      const { measured } = await reached(service, id, 'interrupted')
      stop()
      const lengths = measured.map(({ steps }) => steps.length)
      expect(new Set(lengths).size).toBeLessThan(2) // both quantities of a step, or neither
      expect(Math.max(0, ...lengths)).toBeGreaterThan(announced)
    }
  })

  it('that do not listen are killed two seconds after they were cancelled', async () => {
    const service = opened({ startWorker: forkWorker(entry) })
    const id = await start(service, { steps: 100_000, pauseMs: 5, ending: 'deaf' })
    await measuredOnce(service, id)
    const asked = performance.now()
    await service.handlers['run.cancel']({ runId: id })
    await reached(service, id, 'cancelled')
    expect(performance.now() - asked).toBeGreaterThan(1900)
    expect(performance.now() - asked).toBeLessThan(6000)
  })

  it('are gone when the service has closed', async () => {
    const handles: WorkerHandle[] = []
    const service = opened({ startWorker: remembering(forkWorker(entry), handles), slots: 2 })
    const ids = [await start(service, { pauseMs: 999 }), await start(service, { pauseMs: 999 })]
    await Promise.all(ids.map((id) => reached(service, id, 'running')))
    await service.close()
    expect(handles).toHaveLength(2)
    for (const { pid } of handles) expect(isAlive(pid!)).toBe(false)
  })

  it('end with a service that is killed, whose measurements are there when it is opened again', async () => {
    const projectPath = join(temporaryFolder(), 'work.collapsar')
    const built = await buildEntry('tinyService')
    onTestFinished(built.remove)
    const serviceProcess = spawn(process.execPath, [built.path, projectPath, entry], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void serviceProcess.kill('SIGKILL'))
    let [id, announced, lines] = ['', 0, 0]
    for await (const line of createInterface(serviceProcess.stdout)) {
      const [runId = '', step = ''] = line.split(' ')
      ;[id, announced] = [runId, Number(step)]
      if (++lines === 4) break
    }
    serviceProcess.kill('SIGKILL')
    await once(serviceProcess, 'exit')
    const service = opened({ projectPath })
    if (!isRunId(id)) throw new Error(`expected a run id, got ${id}`)
    const run = await reached(service, id, 'interrupted')
    expect(run.error?.message).toMatch(/application ended/)
    for (const { steps } of run.measured) expect(steps.length).toBeGreaterThan(announced)
    const worker = Number(run.provenance?.pid)
    expect(worker).toBeGreaterThan(0)
    await vi.waitFor(() => expect(isAlive(worker)).toBe(false), 5000)
  })

  it('that cannot be started end in a failed run', async () => {
    const service = opened({
      startWorker: () => {
        throw new Error('no processes left')
      },
    })
    expect(await reached(service, await start(service), 'failed')).toMatchObject({ error: { code: 'internal' } })
  })

  it('that talk nonsense end in a failed run', async () => {
    const service = opened({ startWorker: () => babbling([{ run: 0, type: 'batch', records: 'many' }]) })
    const run = await reached(service, await start(service), 'failed')
    expect(run.error?.message).toMatch(/not a report.*records/)
  })
})

describe('spec.preview', () => {
  const preview = (spec: { system: string } & Record<string, unknown>, service = opened()) =>
    service.handlers['spec.preview']({ spec })

  it('names every field that is wrong', async () => {
    const { issues, estimate } = await preview({
      system: 'tiny',
      seed: -1,
      colour: 'red',
      schedule: { perDecade: 0 },
      params: { width: 1e9, depth: 3, ending: 'well' },
    })
    expect(issues.map(({ path }) => path).toSorted()).toEqual(
      ['colour', 'params.depth', 'params.ending', 'params.width', 'schedule.perDecade', 'seed'].toSorted(),
    )
    expect(issues.find(({ path }) => path === 'params.width')?.message).toMatch(/1000000000.*from 1 to 100/)
    expect(estimate).toBeNull()
  })

  it('names a system and a probe that it does not know, and those that it does', async () => {
    expect((await preview({ system: 'tinny' })).issues).toEqual([
      { path: 'system', message: 'system: got "tinny", expected one of tiny.' },
    ])
    expect((await preview({ system: 'tiny', probes: ['tiny', 'huge'] })).issues).toEqual([
      { path: 'probes', message: 'probes: got "huge", expected one of tiny.' },
    ])
  })

  it('gives advice, predictions and a rough estimate, and a measured one after a run', async () => {
    const service = opened()
    const before = await preview({ system: 'tiny', params: { width: 60 } }, service)
    expect(before.issues).toEqual([])
    expect(before.advice).toEqual([{ path: 'params.width', message: 'That is wide.' }])
    expect(before.predictions).toHaveLength(1)
    expect(before.theoryFigures.map(({ x }) => x.current)).toEqual([60])
    // W is 2 × 60 and H is 60 × 4.
    expect(before.estimate).toMatchObject({ basis: 'rough', parameters: 120 + 240, steps: 5, measuredSteps: 6 })
    expect(before.estimate?.seconds).toBeGreaterThan(0)
    await reached(service, await start(service, { pauseMs: 20 }), 'completed')
    const after = await preview({ system: 'tiny', params: { pauseMs: 20 } }, service)
    expect(after.estimate).toMatchObject({ basis: 'measured' })
    // Six pauses of 20 ms each; the rest is the machine's.
    expect(after.estimate?.seconds).toBeGreaterThan(0.1)
    expect(after.estimate?.seconds).toBeLessThan(5)
    expect(after.estimate?.bytes).toBeGreaterThan(0)
  })

  it('counts the states that are kept, in their precision', async () => {
    const service = opened()
    const bytes = async (checkpoints: object, dtype = 'float64') =>
      (await preview({ system: 'tiny', params: { width: 60, steps: 5 }, checkpoints, backend: { dtype } }, service))
        .estimate!.bytes
    const [one, three] = [await bytes({}), await bytes({ steps: [1, 2, 99] })]
    // The last state is always kept; 1 and 2 are measured anyway, 99 is never reached. 360 parameters.
    expect(three - one).toBe(2 * 360 * 8)
    expect((await bytes({ steps: [1, 2] }, 'float32')) - (await bytes({}, 'float32'))).toBe(2 * 360 * 4)
    const { issues } = await preview({ system: 'tiny', checkpoints: { resumeSeconds: 0 } }, service)
    expect(issues.map(({ path }) => path)).toEqual(['checkpoints.resumeSeconds'])
  })

  it('is what run.start insists on', async () => {
    const service = opened()
    await expect(start(service, { width: 0 })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/Width \(width\): got 0.*from 1 to 100/),
    })
    expect(await service.handlers['runs.recent']({ limit: 10 })).toMatchObject({ running: [], waiting: [], ended: [] })
  })
})

describe('events', () => {
  it('come at most about four times a second for a run, and the last one is never missing', async () => {
    const service = opened()
    const steps: number[] = []
    service.on('run.measured', ({ step }) => steps.push(step))
    const started = performance.now()
    const id = await start(service, { steps: 100, pauseMs: 10 })
    await reached(service, id, 'completed')
    const seconds = (performance.now() - started) / 1000
    await vi.waitFor(() => expect(steps.at(-1)).toBe(100), 1000)
    expect(steps.length).toBeLessThanOrEqual(4 * seconds + 2)
    expect(steps.length).toBeGreaterThan(2)
  })

  it('stop when the listener is taken away', async () => {
    const service = opened()
    const listener = vi.fn()
    service.on('run.changed', listener)()
    await reached(service, await start(service), 'completed')
    expect(listener).not.toHaveBeenCalled()
  })
})

describe('a project that can only be read', () => {
  it('shows its runs, says why, and refuses every change', async () => {
    const projectPath = join(temporaryFolder(), 'work.collapsar')
    const project = openProject(projectPath, { clock: fixedClock() })
    project.runs.enqueue(newRun(1))
    project.close()
    const service = opened({ projectPath, readOnly: true })
    const info = await service.handlers['app.info'](null)
    expect(info).toMatchObject({ projectName: 'work.collapsar', blas: 'embedded', slots: 1, host: 'loopback' })
    expect(info.readOnlyReason).toMatch(/without the right to write/)
    expect(await service.handlers['runs.recent']({ limit: 10 })).toMatchObject({
      waiting: [{ id: runId(1), status: 'pending' }],
    })
    const refusal = { code: 'storage', message: expect.stringContaining('for reading only') }
    await expect(start(service)).rejects.toMatchObject(refusal)
    await expect(service.handlers['run.cancel']({ runId: runId(1) })).rejects.toMatchObject(refusal)
  })
})

describe('dispatch', () => {
  it('answers a request', async () => {
    const reply = await dispatch(opened().handlers, 'app.info', null)
    expect(reply).toMatchObject({ ok: true, value: { projectName: 'work.collapsar' } })
  })

  it.each([
    ['an unknown request', 'run.explode', null, /Unknown request "run.explode"/],
    ['a name from the prototype', 'constructor', null, /Unknown request/],
    ['a request that is no name', { method: 1 }, null, /Unknown request/],
    ['a missing input', 'run.get', null, /run\.get/],
    ['an id that is none', 'run.get', { runId: '../../etc' }, /run\.get\.runId: .*run id/],
    ['a field too many', 'systems.list', { all: true }, /systems\.list/],
    ['a run that is not there', 'run.get', { runId: 'r-0000000000' }, /no run r-0000000000/],
  ])('refuses %s with a message', async (_what, method, input, message) => {
    const reply = await dispatch(opened().handlers, method, input)
    expect(reply).toMatchObject({ ok: false, error: { message: expect.stringMatching(message) } })
  })

  it('tells nothing of the inside of an unexpected error', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    onTestFinished(() => printed.mockRestore())
    const { handlers } = opened()
    const broken = {
      ...handlers,
      'runs.tags': async () => {
        throw new TypeError('cannot read /home/someone/secret.db')
      },
    }
    const reply = await dispatch(broken, 'runs.tags', null)
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal', details: {} } })
    expect(JSON.stringify(reply)).not.toMatch(/someone|secret|TypeError/)
    expect(printed).toHaveBeenCalledOnce()
  })
})

function remembering(startWorker: StartWorker, handles: WorkerHandle[]): StartWorker {
  return () => {
    const handle = startWorker()
    handles.push(handle)
    return handle
  }
}

/** A worker that says one thing and then waits to be killed. */
function babbling(message: unknown): WorkerHandle {
  let exit = () => {}
  return {
    pid: null,
    send: () => undefined,
    onMessage: (listener) => void setImmediate(() => listener(message)),
    onExit: (listener) => (exit = () => listener(null, 'SIGKILL')),
    kill: () => setImmediate(() => exit()),
  }
}

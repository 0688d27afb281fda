import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RunDetail, RunStatus } from '#shared/contract/index'
import type { RunId } from '#shared/ids'
import { forkWorker, type StartWorker, type WorkerHandle } from '#main/jobs/workerHandle'
import { createService, type Service, type ServiceOptions } from '#main/service'
import { openProject } from '#main/store/openProject'
import { systemClock } from '#main/store/clock'
import { buildEntry } from '../../helpers/buildEntry'
import { temporaryFolder } from '../../helpers/projects'
import { tinyProbes, tinySystems } from '../../helpers/tinySystem'

let entry = ''
beforeAll(async () => {
  const built = await buildEntry('tinyWorker')
  entry = built.path
  return built.remove
}, 60_000)

function opened(
  projectPath: string,
  given: Partial<ServiceOptions> = {},
  tamper = (worker: WorkerHandle) => worker,
): { service: Service; workers: WorkerHandle[] } {
  const workers: WorkerHandle[] = []
  const fork = forkWorker(entry)
  const startWorker: StartWorker = () => {
    const worker = fork()
    workers.push(worker)
    return tamper(worker)
  }
  const service = createService({
    projectPath,
    startWorker,
    systems: tinySystems,
    probes: tinyProbes,
    resources: { read: () => new Uint8Array() },
    slots: 1,
    host: 'loopback',
    blas: 'embedded',
    ...given,
  })
  onTestFinished(() => service.close())
  return { service, workers }
}

const newProject = () => join(temporaryFolder(), 'work.collapsar')
const long = { steps: 300, pauseMs: 2, stateEvery: 10 }

async function start(service: Service, params: Record<string, number | string>): Promise<RunId> {
  return (await service.handlers['run.start']({ spec: { system: 'tiny', params } })).runId
}

const runOf = (service: Service, runId: RunId) => service.handlers['run.get']({ runId })

async function reached(service: Service, id: RunId, status: RunStatus): Promise<RunDetail> {
  await vi.waitFor(async () => expect((await runOf(service, id)).status).toBe(status), {
    timeout: 20_000,
    interval: 20,
  })
  return runOf(service, id)
}

async function storedState(service: Service, runId: RunId): Promise<number> {
  return vi.waitFor(async () => {
    const { last } = await service.handlers['run.states']({ runId })
    expect(last ?? 0).toBeGreaterThan(0)
    return last!
  }, 10_000)
}

/** Every step measured once, in order. */
function expectWhole(run: RunDetail): void {
  for (const { steps } of run.measured) expect(steps).toEqual(Float64Array.from({ length: run.steps + 1 }, (_, i) => i))
}

const messages = (run: RunDetail) => run.log.map(({ message }) => message).join('\n')

describe('a run whose worker is killed', () => {
  it('goes on by itself from its last state, and measures every step once', async () => {
    const { service, workers } = opened(newProject())
    const id = await start(service, long)
    await storedState(service, id)
    workers[0]!.kill()
    const run = await reached(service, id, 'completed')
    expect(workers).toHaveLength(2)
    expectWhole(run)
    expect(messages(run)).toMatch(/SIGKILL.*kept.*\n.*Goes on by itself from step \d+0\./)
    expect(messages(run)).toMatch(/pid \d+ instead of \d+.*may differ/)
    expect(run.error).toBeNull()
  })

  it('is left alone after three deaths without getting further, and says so; resumed by hand it tries again', async () => {
    const { service, workers } = opened(newProject())
    const id = await start(service, { steps: 25, stateEvery: 10, ending: 'crashed' })
    const run = await reached(service, id, 'interrupted')
    await vi.waitFor(async () =>
      expect((await runOf(service, id)).error?.message).toMatch(/3 times.*not go on by itself/),
    )
    expect(workers).toHaveLength(3)
    expect((await service.handlers['run.states']({ runId: id })).last).toBe(20)
    expect(run.id).toBe(id)
    await service.handlers['run.resume']({ runId: id })
    await vi.waitFor(() => expect(workers).toHaveLength(6), 20_000)
    await reached(service, id, 'interrupted')
  })

  it('stays interrupted without a stored state; resumed by hand it starts from the beginning', async () => {
    const { service, workers } = opened(newProject())
    const id = await start(service, { steps: 100, pauseMs: 2 })
    await vi.waitFor(async () => expect((await runOf(service, id)).step).toBeGreaterThan(0), 10_000)
    workers[0]!.kill()
    const run = await reached(service, id, 'interrupted')
    expect(run.error?.message).toMatch(/kept.*Resume/)
    await service.handlers['run.resume']({ runId: id })
    expectWhole(await reached(service, id, 'completed'))
  })
})

describe('a run that is held while it trains', () => {
  /** A worker in the middle of a long step: it does not come round to resting. */
  const deaf = (worker: WorkerHandle): WorkerHandle => ({
    ...worker,
    send: (message) => message.type !== 'pause' && worker.send(message),
  })

  it.each(['its worker is killed', 'its service ends'])('is held when it is found again after %s', async (death) => {
    const project = newProject()
    const { service, workers } = opened(project, {}, deaf)
    const id = await start(service, long)
    await storedState(service, id)
    await service.handlers['queue.hold']({ runIds: [id] })
    expect(await runOf(service, id)).toMatchObject({ status: 'running', held: 'run' })
    if (death === 'its worker is killed') workers[0]!.kill()
    else await service.close()
    const later = death === 'its worker is killed' ? service : opened(project).service
    expect(await reached(later, id, 'pending')).toMatchObject({ held: 'run' })
    expect(workers).toHaveLength(1)
    await later.handlers['queue.release']({ runIds: [id] })
    expectWhole(await reached(later, id, 'completed'))
  })

  it('trains where a person takes it up again after a cancellation', async () => {
    const { service } = opened(newProject(), {}, deaf)
    const id = await start(service, long)
    await storedState(service, id)
    await service.handlers['queue.hold']({ runIds: [id] })
    await service.handlers['run.cancel']({ runId: id })
    await reached(service, id, 'cancelled')
    await service.handlers['run.resume']({ runId: id })
    expectWhole(await reached(service, id, 'completed'))
  })
})

describe('a run that a person cancelled', () => {
  it('goes on when it is resumed, before those that wait', async () => {
    const { service } = opened(newProject())
    const id = await start(service, long)
    await storedState(service, id)
    await service.handlers['run.cancel']({ runId: id })
    await reached(service, id, 'cancelled')
    const [busy, waiting] = [await start(service, { pauseMs: 50 }), await start(service, { pauseMs: 50 })]
    await service.handlers['run.resume']({ runId: id })
    await reached(service, busy, 'completed')
    expect((await runOf(service, waiting)).status).toBe('pending')
    expectWhole(await reached(service, id, 'completed'))
    await reached(service, waiting, 'completed')
  })

  it('cannot be resumed when it ended otherwise', async () => {
    const { service } = opened(newProject())
    const id = await start(service, {})
    await reached(service, id, 'completed')
    await expect(service.handlers['run.resume']({ runId: id })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/completed.*repeat it/),
    })
  })
})

describe('when the application starts again', () => {
  it('goes on with what trained when it was closed', async () => {
    const project = newProject()
    const first = opened(project)
    const id = await start(first.service, long)
    const waiting = await start(first.service, {})
    await storedState(first.service, id)
    await first.service.close()
    const second = opened(project)
    await reached(second.service, waiting, 'completed')
    const run = await runOf(second.service, id)
    expect(run.status).toBe('completed')
    expectWhole(run)
  })

  it('leaves it alone where the command is about other runs', async () => {
    const project = newProject()
    const first = opened(project)
    const id = await start(first.service, long)
    await storedState(first.service, id)
    await first.service.close()
    const { service } = opened(project, { resumes: false })
    const other = await start(service, {})
    await reached(service, other, 'completed')
    expect((await runOf(service, id)).status).toBe('interrupted')
  })

  it('gives up on a run with which the application itself died three times', async () => {
    const path = newProject()
    const first = opened(path)
    const id = await start(first.service, long)
    await storedState(first.service, id)
    await first.service.close()
    for (let death = 0; death < 3; death++) {
      const project = openProject(path, { clock: systemClock })
      if (death === 0) project.runs.requeue(id)
      // The process ends here while the run trains.
      project.runs.start(id, 0)
      project.close()
      const { service } = opened(path, { startWorker: () => silent() })
      const run = await runOf(service, id)
      expect(run.status).toBe(death < 2 ? 'running' : 'interrupted')
      if (death === 2) expect(run.error?.message).toMatch(/application ended.*3 times/)
      await service.close()
      if (death < 2) {
        const closed = openProject(path, { clock: systemClock })
        closed.runs.requeue(id)
        closed.close()
      }
    }
  })
})

/** A worker that never says anything. */
function silent(): WorkerHandle {
  let exit = () => {}
  return {
    pid: null,
    send: () => {},
    onMessage: () => {},
    onExit: (listener) => (exit = () => listener(null, 'SIGKILL')),
    kill: () => exit(),
  }
}

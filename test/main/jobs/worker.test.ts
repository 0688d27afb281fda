import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parseRunSpec, parseWith } from '#shared/spec'
import { fromWorkerSchema, type Report } from '#main/jobs/protocol'
import { forkWorker, type WorkerHandle } from '#main/jobs/workerHandle'
import { buildEntry } from '../../helpers/buildEntry'

let entry = ''
beforeAll(async () => {
  const built = await buildEntry('tinyWorker')
  entry = built.path
  return built.remove
}, 60_000)

function started(params: Record<string, number | string>) {
  const handle = forkWorker(entry)()
  onTestFinished(() => handle.kill())
  handle.send({
    type: 'train',
    runs: [{ spec: parseRunSpec({ system: 'tiny', params }), resume: null, until: null }],
    matrices: [],
    memoryBytes: 2 ** 40,
  })
  const reports: Report[] = []
  let messages = 0
  const exit = exitOf(handle)
  const ended = new Promise<Report>((resolve) => {
    handle.onMessage((received) => {
      messages++
      for (const report of parseWith(fromWorkerSchema, received, 'message')) {
        reports.push(report)
        if (report.type === 'ended') resolve(report)
      }
    })
  })
  return { handle, reports, messages: () => messages, ended, exit }
}

function exitOf(handle: WorkerHandle) {
  return new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    handle.onExit((code, signal) => resolve({ code, signal }))
  })
}

describe('a worker process', () => {
  it('reports what it did in order, with typed arrays and every number as it was', async () => {
    const { reports, ended } = started({ steps: 3 })
    expect(await ended).toEqual({ run: 0, type: 'ended', outcome: { status: 'completed', step: 3 } })
    expect(reports[0]).toMatchObject({ type: 'started', provenance: { version: 'test' } })
    const batches = reports.filter((report) => report.type === 'batch')
    const others = reports.filter((report) => report.type !== 'batch')
    expect(others.map(({ type }) => type)).toEqual(['started', 'costs', 'ended'])
    const values = batches.flatMap((batch) => batch.records).filter((record) => record.quantity === 'values')
    expect(values.map((record) => record.step)).toEqual([0, 1, 2, 3])
    expect(values[3]!.data).toEqual(Float64Array.of(3, -0, NaN))
    expect(batches.flatMap((batch) => batch.log)).toEqual([{ level: 'info', message: 'reached step 3' }])
  })

  it('sends batches while it runs, about ten a second', async () => {
    const { messages, ended } = started({ steps: 40, pauseMs: 20 })
    await ended
    // 41 steps of 20 ms or more: a message each 100 ms, with room for a slow machine.
    expect(messages()).toBeGreaterThan(3)
    expect(messages()).toBeLessThan(25)
  })

  it('ends after the step when it is asked to', async () => {
    const { handle, ended } = started({ steps: 10_000, pauseMs: 5 })
    setTimeout(() => handle.send({ type: 'cancel', runs: [0] }), 300)
    const message = await ended
    expect(message).toMatchObject({ outcome: { status: 'cancelled' } })
  })

  it('gives a failure as its outcome', async () => {
    const { ended } = started({ ending: 'failed' })
    expect(await ended).toMatchObject({ outcome: { status: 'failed', error: { code: 'unavailable' } } })
  })

  it('is told to be gone when it crashes, after its last messages', async () => {
    const { exit } = started({ ending: 'crashed' })
    expect(await exit).toEqual({ code: null, signal: 'SIGSEGV' })
  })

  it('tells of an entry that is not there as a process that ended', async () => {
    const handle = forkWorker(`${entry}.missing`)()
    expect(await exitOf(handle)).toEqual({ code: 1, signal: null })
  })
})

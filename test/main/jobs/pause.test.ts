import { describe, expect, it, vi } from 'vitest'
import type { RunId } from '#shared/ids'
import type { RunSpecInput } from '#shared/spec'
import type { Service } from '#main/service'
import { realService } from '../../helpers/realService'

/** About a second of training by itself; the loss of every step of the log schedule, and the state of one of them. */
const spec: RunSpecInput = {
  system: 'deep-ufm',
  params: { K: 3, n: 4, width: 8, depth: 3, steps: 60_000 },
  probes: ['loss', 'singularValues'],
  checkpoints: { steps: [100] },
  backend: { blas: 'embedded' },
}

async function reached(service: Service, runIds: readonly RunId[], status: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const runs = await service.handlers['runs.summaries']({ runIds })
      expect(runs.map((run) => run.status)).toEqual(runIds.map(() => status))
    },
    { timeout: 30_000, interval: 10 },
  )
}

const hex = ({ buffer, byteOffset, byteLength }: Float64Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('hex')

/** Everything that was measured, to the bit; of the wall time only the steps. */
async function measuredBy({ handlers }: Service, runId: RunId) {
  const { measured } = await handlers['run.get']({ runId })
  return Promise.all(
    measured.map(async ({ quantity, layer, steps }) => {
      const arrays = Array.from(steps, (step) => handlers['run.array']({ runId, quantity, layer, step }))
      const values = quantity === 'wallTime' ? [] : (await Promise.all(arrays)).map((record) => hex(record!.data))
      return { quantity, layer, steps: [...steps], values }
    }),
  )
}

async function wallTimes({ handlers }: Service, runId: RunId): Promise<number[]> {
  return [...(await handlers['run.series']({ runId, quantity: 'wallTime', layer: null })).values]
}

/** Pauses the queue as soon as all runs have taken steps, and lets it go on; twice. */
async function trainWithPauses(service: Service, runIds: readonly RunId[]): Promise<number[]> {
  const pausedAt: number[] = []
  for (let pause = 0; pause < 2; pause++) {
    await vi.waitFor(
      async () => {
        const runs = await service.handlers['runs.summaries']({ runIds })
        for (const { status, step } of runs) {
          expect(status).toBe('running')
          expect(step).toBeGreaterThan(Math.max(100, pausedAt.at(-1) ?? 0))
        }
      },
      { timeout: 30_000, interval: 5 },
    )
    await service.handlers['queue.pause'](null)
    await reached(service, runIds, 'pending')
    const runs = await service.handlers['runs.summaries']({ runIds })
    for (const { id, step, held } of runs) {
      expect(held).toBe('queue')
      expect(step).toBeLessThan(60_000)
      const states = await service.handlers['run.states']({ runId: id })
      expect(states).toEqual({ kept: [100], last: step })
    }
    pausedAt.push(...new Set(runs.map(({ step }) => step)))
    await service.handlers['queue.resume'](null)
  }
  await reached(service, runIds, 'completed')
  return pausedAt
}

describe('a run that is paused while it trains', () => {
  it('goes on with the bits of one that was left alone, and its wall time never runs backwards', async () => {
    const service = realService()
    const { runId: calm } = await service.handlers['run.start']({ spec })
    await reached(service, [calm], 'completed')
    const { runId } = await service.handlers['run.start']({ spec })
    const pausedAt = await trainWithPauses(service, [runId])
    expect(pausedAt).toHaveLength(2)
    expect(await measuredBy(service, runId)).toEqual(await measuredBy(service, calm))
    const times = await wallTimes(service, runId)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    const { log } = await service.handlers['run.get']({ runId })
    const messages = log.map(({ message }) => message)
    for (const step of pausedAt) expect(messages).toContain(`Paused at step ${step}; its state is stored.`)
  }, 60_000)
})

describe('runs that are paused while they train as one program', () => {
  it('rest at one step, train together again and have the bits of runs that were left alone', async () => {
    const service = realService()
    const seeds = { path: 'seed', values: { kind: 'list' as const, values: [1, 2, 3] } }
    const start = async () => {
      const { sweepId } = await service.handlers['sweep.start']({ spec: { base: spec, axes: [[seeds]] } })
      return (await service.handlers['sweep.get']({ sweepId })).runIds
    }
    const calm = await start()
    await reached(service, calm, 'completed')
    const runIds = await start()
    const pausedAt = await trainWithPauses(service, runIds)
    // One step for all three, each time.
    expect(pausedAt).toHaveLength(2)
    for (const [i, runId] of runIds.entries()) {
      expect(await measuredBy(service, runId)).toEqual(await measuredBy(service, calm[i]!))
      const times = await wallTimes(service, runId)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      const { provenance } = await service.handlers['run.get']({ runId })
      expect(provenance).toMatchObject({ replicas: 3 })
    }
  }, 120_000)
})

it('keeps the bars of a paused run and of its sweep where they are: measuring took its share of the time', async () => {
  const service = realService()
  // Most of the time goes into the probes of the first steps, which the count of steps does not tell.
  const params = { ...spec.params, width: 14, steps: 100_000 }
  const base = { ...spec, params, probes: ['loss', 'fullHessian'], schedule: { perDecade: 4 } }
  const { sweepId } = await service.handlers['sweep.start']({ spec: { base } })
  const { runIds } = await service.handlers['sweep.get']({ sweepId })
  const bars: { run: number; sweep: number }[] = []
  const look = async () => {
    const [run] = await service.handlers['runs.summaries']({ runIds })
    const { steps } = await service.handlers['sweep.get']({ sweepId })
    bars.push({ run: run!.fraction, sweep: steps.done / steps.of })
    return run!
  }
  const isAhead = async () => {
    const { fraction, step, steps } = await look()
    expect(fraction).toBeGreaterThan((1.1 * step) / steps)
  }
  await vi.waitFor(isAhead, { timeout: 30_000, interval: 2 })
  await service.handlers['queue.pause'](null)
  await vi.waitFor(async () => expect((await look()).status).toBe('pending'), { timeout: 30_000, interval: 2 })
  await service.handlers['queue.resume'](null)
  await vi.waitFor(async () => expect((await look()).status).toBe('completed'), { timeout: 30_000, interval: 2 })
  for (const [i, { run, sweep }] of bars.slice(1).entries()) {
    expect(run).toBeGreaterThanOrEqual(bars[i]!.run)
    // The last digit of a sum.
    expect(sweep).toBeGreaterThanOrEqual(bars[i]!.sweep - 1e-12)
  }
  expect(bars.at(-1)).toEqual({ run: 1, sweep: 1 })
}, 60_000)

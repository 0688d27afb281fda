import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { halvingShare, nextRung } from '#main/jobs/halving'
import type { Service } from '#main/service'
import { temporaryFolder } from '../../helpers/projects'
import { realService } from '../../helpers/realService'

const halving = {
  kind: 'halving' as const,
  draws: null,
  metric: 'loss',
  direction: 'min' as const,
  factor: 3,
  firstSteps: 10,
}
const base = {
  system: 'deep-ufm',
  params: { K: 3, n: 2, width: 4, depth: 2, steps: 100 },
  probes: ['loss'],
  schedule: { perDecade: 1 },
}
const axes = [
  [{ path: 'seed', values: { kind: 'range' as const, from: 0, to: 8, count: 9, scale: 'integer' as const } }],
]

async function finished(service: Service, strategy: object) {
  const { sweepId } = await service.handlers['sweep.start']({ spec: { base, axes, ...strategy } })
  await vi.waitFor(
    async () => expect((await service.handlers['sweep.get']({ sweepId })).endedAt).not.toBeNull(),
    20_000,
  )
  const { runIds } = await service.handlers['sweep.get']({ sweepId })
  return Promise.all(runIds.map((runId) => service.handlers['run.get']({ runId })))
}

describe('rungs', () => {
  it('grow by the factor and end below the last step', () => {
    expect([0, 10, 30, 90].map((step) => nextRung(halving, step, 100))).toEqual([10, 30, 90, null])
    expect(nextRung(halving, 30, 90)).toBeNull()
    expect(nextRung(halving, 0, 5)).toBeNull()
  })

  it('say which part of the steps is taken', () => {
    // 9 runs to 10, 3 on to 30, 1 on to 90, 1 on to 100.
    expect(halvingShare(halving, 9, 100)).toBeCloseTo((90 + 60 + 60 + 10) / 900, 12)
  })
})

describe('successive halving', () => {
  it('trains the best on from their states, ends the others, and says why in every log', async () => {
    const service = realService({ slots: 2 })
    const all = await finished(service, {})
    const halved = await finished(service, { strategy: halving })
    const lossAt = async (at: number, step: number) =>
      (await service.handlers['run.array']({ runId: all[at]!.id, quantity: 'loss', layer: null, step }))?.data[0] ?? NaN
    const ranked = async (among: number[], step: number) => {
      const losses = new Map(await Promise.all(among.map(async (i) => [i, await lossAt(i, step)] as const)))
      return among.toSorted((a, b) => losses.get(a)! - losses.get(b)!)
    }
    // Steps 10 and 100 are measured by all; the rung at 30 is not, so only its number of survivors is known.
    const best = (await ranked([...all.keys()], 10)).slice(0, 3)
    const steps = halved.map(({ step }) => step)
    expect(halved.flatMap(({ step }, i) => (step > 10 ? [i] : [])).sort()).toEqual(best.sort())
    expect(steps.toSorted((a, b) => a - b)).toEqual([10, 10, 10, 10, 10, 10, 30, 30, 100])
    const winner = halved.findIndex(({ status }) => status === 'completed')
    expect(steps[winner]).toBe(100)
    expect(halved[winner]!.last['loss']).toBe(all[winner]!.last['loss'])
    expect(halved.filter(({ status }) => status === 'cancelled')).toHaveLength(8)
    for (const { log, step } of halved) {
      expect(log.map(({ message }) => message).join('\n')).toMatch(
        step === 10 ? /Halving at step 10: loss .*, [4-9] of 9\. The best 3 go on; it ends here/ : /, [123] of 9\. It goes on to step 30/, // prettier-ignore
      )
    }
  })

  it('decides the same again, by the largest where that is better', async () => {
    const strategy = { strategy: { ...halving, direction: 'max' } }
    const [first, second] = [
      await finished(realService({ slots: 2 }), strategy),
      await finished(realService({ slots: 2 }), strategy),
    ]
    const decided = (runs: typeof first) =>
      runs.map(({ step, status, last: { wallTime: _, ...repeatable } }) => [step, status, repeatable])
    expect(decided(second)).toEqual(decided(first))
    const winner = await finished(realService({ slots: 2 }), { strategy: halving })
    expect(winner.findIndex(({ step }) => step === 100)).not.toBe(first.findIndex(({ step }) => step === 100))
  })

  it('goes on after a restart between rungs', async () => {
    const path = join(temporaryFolder(), 'work.clps')
    const first = realService({ projectPath: path, slots: 2 })
    await first.handlers['queue.pause'](null)
    const { sweepId } = await first.handlers['sweep.start']({ spec: { base, axes, strategy: halving } })
    const { waiting } = await first.handlers['queue.list']({ offset: 0, limit: 9 })
    // All but one come to rest before the restart.
    await first.handlers['queue.hold']({ runIds: [waiting[4]!.run.id] })
    await first.handlers['queue.resume'](null)
    const rested = async () => {
      const { running, waitingCount } = await first.handlers['queue.list']({ offset: 0, limit: 9 })
      expect([running.length, waitingCount]).toEqual([0, 1])
    }
    await vi.waitFor(rested, 10_000)
    await first.close()
    const second = realService({ projectPath: path, slots: 2 })
    await second.handlers['queue.release']({ runIds: [waiting[4]!.run.id] })
    const get = () => second.handlers['sweep.get']({ sweepId })
    await vi.waitFor(async () => expect((await get()).endedAt).not.toBeNull(), 20_000)
    expect((await get()).counts).toMatchObject({ completed: 1, cancelled: 8 })
  })

  it('ends as a whole when it is cancelled while runs rest, and decides nothing about them', async () => {
    const service = realService({ slots: 2 })
    await service.handlers['queue.pause'](null)
    const { sweepId } = await service.handlers['sweep.start']({ spec: { base, axes, strategy: halving } })
    const { waiting } = await service.handlers['queue.list']({ offset: 0, limit: 9 })
    await service.handlers['queue.hold']({ runIds: [waiting[4]!.run.id] })
    await service.handlers['queue.resume'](null)
    await vi.waitFor(async () => {
      const { running, waitingCount } = await service.handlers['queue.list']({ offset: 0, limit: 9 })
      expect([running.length, waitingCount]).toEqual([0, 1])
    }, 10_000)
    await service.handlers['sweep.cancel']({ sweepId })
    const { counts, runIds } = await service.handlers['sweep.get']({ sweepId })
    expect(counts).toMatchObject({ cancelled: 9, pending: 0, running: 0 })
    const runs = await Promise.all(runIds.map((runId) => service.handlers['run.get']({ runId })))
    expect(runs.flatMap(({ log }) => log).some(({ message }) => message.startsWith('Halving'))).toBe(false)
  })

  it('refuses a metric that is not measured', async () => {
    const spec = { base, axes, strategy: { ...halving, metric: 'beauty' } }
    const { issues } = await realService({ slots: 2 }).handlers['sweep.preview']({ spec, rows: 0, over: null })
    expect(issues).toEqual([{ path: 'strategy', message: expect.stringMatching(/"beauty".*Known: loss, dataLoss/) }])
    await expect(realService({ slots: 2 }).handlers['sweep.start']({ spec })).rejects.toMatchObject({
      code: 'bad-input',
    })
  })
})

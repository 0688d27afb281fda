import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunStatus, RunSummary } from '#shared/contract/index'
import type { QueueEntry, StatusCounts, SweepSummary } from '#shared/contract/sweeps'
import { isSweepId, type SweepId } from '#shared/ids'
import { placeMoved, queueSections } from '../../src/renderer/views/queue/queueItems'
import { runId, runs as known } from './fixtures/runs'

function sweepId(text: string): SweepId {
  const id = `w-${text.padStart(10, '0')}`
  if (!isSweepId(id)) throw new Error(`${id} is no sweep id`)
  return id
}
const [a, b] = [sweepId('a'), sweepId('b')]
const none: StatusCounts = {
  pending: 0,
  running: 0,
  completed: 0,
  diverged: 0,
  failed: 0,
  cancelled: 0,
  interrupted: 0,
}
const sweep = (id: SweepId, counts: Partial<StatusCounts>, endedAt: number | null = null): SweepSummary => ({
  id,
  name: id,
  system: 'deep-ufm',
  strategy: 'grid',
  paths: ['seed'],
  createdAt: 0,
  endedAt,
  runs: 4,
  counts: { ...none, ...counts },
  paused: false,
  steps: { done: 0, of: 1 },
  secondsLeft: null,
})
const run = (number: number, status: RunStatus, of: SweepId | null = null): RunSummary => ({
  ...known[0]!,
  id: runId(`r-${String(number).padStart(10, '0')}`),
  status,
  sweepId: of,
  endedAt: status === 'pending' || status === 'running' ? null : number,
})
const entry = (number: number, of: SweepId | null, stepsPerSecond: number | null = null): QueueEntry => ({
  run: { ...run(number, stepsPerSecond === null ? 'pending' : 'running', of), stepsPerSecond },
  sweepId: of,
  priority: 0,
  batch: 1,
})
const sweepOf = (of: RunSummary) => of.sweepId

describe('queueSections', () => {
  it('has one row for a sweep, where its first waiting run stands, and one for each run of its own', () => {
    const sections = queueSections({
      sweeps: [sweep(a, { pending: 2 }), sweep(b, { pending: 1, running: 1 })],
      state: { running: [entry(9, b, 100), entry(8, b, 50), entry(7, null, 10)] },
      waiting: [entry(1, null), entry(2, a), entry(3, null), entry(4, a), entry(5, b)],
      ended: [],
      sweepOf,
    })
    expect(sections.waiting.map(({ key }) => key)).toEqual([entry(1, null).run.id, a, entry(3, null).run.id])
    expect(sections.running.map(({ key }) => key)).toEqual([b, entry(7, null).run.id])
    expect(sections.running[0]).toMatchObject({ stepsPerSecond: 150, unit: { first: entry(5, b).run.id } })
    expect(sections.units.map(({ key }) => key)).toEqual([entry(1, null).run.id, a, entry(3, null).run.id, b])
  })

  it('shows what failed on top; a diverged run of a sweep is one of its results', () => {
    const { failures, ended } = queueSections({
      sweeps: [sweep(a, { completed: 1, diverged: 1, failed: 1 }, 30)],
      state: { running: [] },
      waiting: [],
      ended: [
        run(1, 'diverged', a),
        run(2, 'failed', a),
        run(3, 'diverged'),
        run(4, 'completed'),
        run(5, 'completed', a),
      ],
      sweepOf,
    })
    expect(failures.map(({ id }) => id)).toEqual([run(3, 'failed').id, run(2, 'failed').id])
    expect(ended.map(({ key }) => key)).toEqual([a, run(4, 'completed').id])
  })
})

describe('placeMoved', () => {
  it('says before which run a unit has to be put, and how to take that back', () => {
    const waiting = fc.uniqueArray(fc.nat(1000), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(waiting, fc.nat(), fc.integer({ min: -12, max: 12 }), (numbers, chosen, by) => {
        const entries = numbers.map((number) => entry(number, null))
        const { units } = queueSections({ sweeps: [], state: { running: [] }, waiting: entries, ended: [], sweepOf })
        const keys = units.map(({ key }) => key)
        const at = chosen % keys.length
        const moved = placeMoved(units, keys[at]!, by)
        const target = at + by
        if (by === 0 || target < 0 || target >= keys.length) {
          expect(moved).toBeNull()
          return
        }
        const put = (list: readonly string[], before: string | null) => {
          const rest = list.filter((key) => key !== keys[at])
          const place = before === null ? rest.length : rest.indexOf(before)
          return [...rest.slice(0, place), keys[at]!, ...rest.slice(place)]
        }
        const after = put(keys, moved!.before)
        expect(after.indexOf(keys[at]!)).toBe(target)
        expect(put(after, moved!.from)).toEqual(keys)
      }),
    )
  })
})

import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Priority } from '#shared/contract/sweeps'
import type { RunId, SweepId } from '#shared/ids'
import { parseSweepSpec } from '#shared/sweep'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'
import { failureOf, fixedClock, newRun, runId, sweepId, temporaryFolder } from '../../helpers/projects'
import { repetitions } from '../../helpers/repetitions'

const clock = fixedClock()
const sweeps = [sweepId(1), sweepId(2)]
const spec = parseSweepSpec({ base: { system: 'tiny' } })

function opened(path = join(temporaryFolder(), 'work.clps')): Project {
  const project = openProject(path, { clock })
  onTestFinished(() => project.close())
  return project
}

function withSweeps(path?: string): Project {
  const project = opened(path)
  for (const id of sweeps) project.sweeps.add({ id, spec, createdAt: clock.now() })
  return project
}

/** What the queue is meant to be: a sorted list. */
interface Model {
  waiting: { id: RunId; sweep: SweepId | null; priority: number; held: boolean }[]
  paused: Set<SweepId>
  isPaused: boolean
  added: number
}
interface Real {
  project: Project
  readonly path: string
}

/** Stable: equal priorities stay in their order. */
function sorted(waiting: Model['waiting']): Model['waiting'] {
  return waiting.toSorted((a, b) => b.priority - a.priority)
}

function check(model: Model, { project: { queue } }: Real): void {
  const isBack = ({ sweep, held }: Model['waiting'][number]) => held || (sweep !== null && model.paused.has(sweep))
  const expected = sorted(model.waiting)
  expect(queue.page(0, 1000)).toEqual(
    expected.map(({ id, sweep, priority, held }) => ({
      runId: id,
      sweepId: sweep,
      priority,
      held,
      paused: sweep !== null && model.paused.has(sweep),
    })),
  )
  expect(queue.count()).toBe(expected.length)
  expect(queue.isPaused).toBe(model.isPaused)
  expect(queue.next()?.runId ?? null).toBe(model.isPaused ? null : (expected.find((run) => !isBack(run))?.id ?? null))
}

type Step = fc.Command<Model, Real>

/** A step that may always be taken: what does not apply changes nothing, in the model as in the queue. */
function step(name: string, change: (model: Model, real: Real) => void): Step {
  return {
    check: () => true,
    run(model, real) {
      change(model, real)
      check(model, real)
    },
    toString: () => name,
  }
}

const place = fc.nat(30)
const places = fc.array(place, { minLength: 1, maxLength: 5 })
const priority = fc.constantFrom<Priority>(-2, -1, 0, 1, 2)
const idAt = (at: number) => runId(at + 1)

const steps = [
  fc.constantFrom(null, ...sweeps).map((sweep) =>
    step(`add(${sweep})`, (model, { project }) => {
      const id = idAt(model.added++)
      project.runs.enqueue(newRun(model.added, { sweep: sweep && { id: sweep, index: model.added }, shape: 'a' }))
      model.waiting = sorted([...model.waiting, { id, sweep, priority: 0, held: false }])
    }),
  ),
  fc.constant(
    step('start the next', (model, { project }) => {
      const next = project.runs.nextPending()
      if (!next) return
      project.runs.start(next.id, clock.now())
      model.waiting = model.waiting.filter(({ id }) => id !== next.id)
    }),
  ),
  place.map((at) =>
    step(`cancel(${at})`, (model, { project }) => {
      const run = model.waiting[at]
      if (!run) return
      project.runs.end(run.id, { status: 'cancelled', step: null, error: null, at: clock.now() })
      model.waiting = model.waiting.filter(({ id }) => id !== run.id)
    }),
  ),
  fc.tuple(places, fc.boolean()).map(([at, held]) =>
    step(`hold(${at}, ${held})`, (model, { project }) => {
      const ids = at.map(idAt)
      project.queue.hold(ids, held)
      model.waiting = model.waiting.map((run) => (ids.includes(run.id) ? { ...run, held } : run))
    }),
  ),
  fc.tuple(fc.constantFrom(...sweeps), fc.boolean()).map(([sweep, paused]) =>
    step(`pauseSweep(${sweep}, ${paused})`, (model, { project }) => {
      project.queue.pauseSweep(sweep, paused)
      model.paused[paused ? 'add' : 'delete'](sweep)
    }),
  ),
  fc.boolean().map((paused) =>
    step(`pause(${paused})`, (model, { project }) => {
      project.queue.pause(paused)
      model.isPaused = paused
    }),
  ),
  fc.tuple(places, fc.option(place)).map(([at, beforeAt]) =>
    step(`move(${at}, ${beforeAt})`, (model, { project }) => {
      const ids = [...new Set(at.map(idAt))]
      const moving = ids.flatMap((id) => model.waiting.find((run) => run.id === id) ?? [])
      const rest = model.waiting.filter(({ id }) => !ids.includes(id))
      const before = beforeAt === null ? null : idAt(beforeAt)
      const there = rest.findIndex(({ id }) => id === before)
      if (before !== null && there < 0) {
        expect(failureOf(() => project.queue.move({ runIds: ids }, before)).code).toBe('not-found')
        return
      }
      project.queue.move({ runIds: ids }, before)
      if (model.waiting.length === 0) return
      const taken = rest[there]?.priority ?? Math.min(...model.waiting.map((run) => run.priority))
      const moved = moving.map((run) => ({ ...run, priority: taken }))
      model.waiting = before === null ? [...rest, ...moved] : rest.toSpliced(there, 0, ...moved)
    }),
  ),
  fc.tuple(fc.constantFrom(...sweeps), priority).map(([sweep, chosen]) =>
    step(`prioritise(${sweep}, ${chosen})`, (model, { project }) => {
      project.queue.prioritise({ sweepId: sweep }, chosen)
      const isMoving = (run: Model['waiting'][number]) => run.sweep === sweep && run.priority !== chosen
      const moved = model.waiting.filter(isMoving).map((run) => ({ ...run, priority: chosen }))
      model.waiting = sorted([...model.waiting.filter((run) => !isMoving(run)), ...moved])
    }),
  ),
  fc.constant(
    step('restart', (_, real) => {
      real.project.close()
      real.project = openProject(real.path, { clock })
    }),
  ),
]

const sequences = repetitions('CASES', 40)

describe('the queue', () => {
  const timeout = 60_000 + 2000 * sequences
  it('is a list sorted by priority, whatever happens to it, across restarts', { timeout }, () => {
    fc.assert(
      fc.property(fc.commands(steps, { maxCommands: 40 }), (commands) => {
        const path = join(temporaryFolder(), 'work.clps')
        const real: Real = { project: withSweeps(path), path }
        try {
          const model: Model = { waiting: [], paused: new Set(), isPaused: false, added: 0 }
          fc.modelRun(() => ({ model, real }), commands)
        } finally {
          real.project.close()
          // Thousands of projects are more than a disk should hold until the test ends.
          rmSync(dirname(path), { recursive: true })
        }
      }),
      { numRuns: sequences },
    )
  })

  it('names peers of the same sweep, shape, priority and stored step only', () => {
    const { runs, queue, checkpoints } = withSweeps()
    const of = (sweep: number, shape: string | null) => ({ sweep: { id: sweepId(sweep), index: 0 }, shape })
    runs.enqueue(newRun(1, of(1, 'a')))
    runs.enqueue(newRun(2, of(1, 'b')))
    runs.enqueue(newRun(3, of(2, 'a')))
    for (let number = 4; number <= 9; number++) runs.enqueue(newRun(number, of(1, 'a')))
    runs.enqueue(newRun(10, of(1, null)))
    queue.hold([runId(4)], true)
    queue.prioritise({ runIds: [runId(5)] }, 1)
    checkpoints.save(runId(6), { checkpoint: { step: 3, arrays: [] }, lastFiniteLoss: 1, trainedSeconds: 0 }, false)
    expect(queue.peers(runId(1), 10)).toEqual([7, 8, 9].map(runId))
    expect(queue.peers(runId(1), 2)).toEqual([7, 8].map(runId))
    expect(queue.peers(runId(10), 2)).toEqual([])
  })

  it('holds a run back that joins a paused sweep', () => {
    const { runs, queue } = withSweeps()
    queue.pauseSweep(sweepId(1), true)
    runs.enqueue(newRun(1, { sweep: { id: sweepId(1), index: 0 } }))
    expect(queue.next()).toBeNull()
    queue.pauseSweep(sweepId(1), false)
    expect(queue.next()?.runId).toBe(runId(1))
  })

  it('takes a run back in the place where it stood, held back or not', () => {
    const { runs, queue } = withSweeps()
    for (let number = 1; number <= 3; number++) runs.enqueue(newRun(number))
    queue.prioritise({ runIds: [runId(2)] }, 2)
    const order = () => queue.page(0, 10).map((run) => run.runId)
    const before = order()
    for (const number of [1, 2]) {
      const place = queue.find(runId(number))
      runs.start(runId(number), 0)
      expect(queue.find(runId(number))).toBeNull()
      if (number === 2) queue.hold([runId(2)], true)
      runs.putBack(runId(number), 7, place!)
      expect(order()).toEqual(before)
      expect(runs.get(runId(number))).toMatchObject({ status: 'pending', step: 7 })
    }
    expect(queue.next()?.runId).toBe(runId(1))
    expect(queue.find(runId(2))).toMatchObject({ priority: 2, held: true, paused: false })
  })

  it('takes ten thousand runs at once, in one small file, and quickly finds its way in them', () => {
    const { transaction, runs, queue } = withSweeps()
    const quantities = [{ id: 'q', label: 'q'.repeat(10_000), symbol: '', unit: '', help: '', formula: '', source: '', kind: 'scalar', scale: 'log', perLayer: false }] as const // prettier-ignore
    transaction(() => {
      for (let number = 1; number <= 10_000; number++) {
        runs.enqueue(newRun(number, { quantities, sweep: { id: sweepId(1), index: number }, shape: 'a' }))
      }
    })
    expect(queue.count()).toBe(10_000)
    expect(queue.peers(runId(1), 512)).toHaveLength(512)
    queue.move({ runIds: [runId(9999)] }, runId(1))
    expect(queue.page(0, 2).map((run) => run.runId)).toEqual([runId(9999), runId(1)])
    expect(runs.get(runId(5000)).quantities).toEqual(quantities)
  })
})

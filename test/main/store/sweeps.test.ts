import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseSweepSpec } from '#shared/sweep'
import { migrations } from '#main/store/migrations/index'
import { openProject } from '#main/store/openProject'
import { failureOf, fixedClock, newRun, runId, sweepId, temporaryFolder } from '../../helpers/projects'

const clock = fixedClock()
const now = clock.now()

function project(path = join(temporaryFolder(), 'work.clps')) {
  const made = openProject(path, { clock })
  onTestFinished(() => made.close())
  return made
}

const spec = parseSweepSpec({
  name: 'seeds',
  base: { system: 'tiny' },
  axes: [[{ path: 'seed', values: { kind: 'range', from: 0, to: 4, count: 5, scale: 'integer' } }]],
})

describe('sweeps', () => {
  it('come back as they were put in, newest first', () => {
    const { sweeps } = project()
    sweeps.add({ id: sweepId(1), spec, createdAt: now })
    sweeps.add({ id: sweepId(2), spec: { ...spec, name: 'more' }, createdAt: now })
    expect(sweeps.get(sweepId(1))).toEqual({ id: sweepId(1), spec, createdAt: now, paused: false })
    expect(sweeps.list().map(({ id }) => id)).toEqual([sweepId(2), sweepId(1)])
    expect(failureOf(() => sweeps.get(sweepId(3)))).toMatchObject({ code: 'not-found' })
  })

  it('count their runs and steps', () => {
    const { sweeps, runs } = project()
    sweeps.add({ id: sweepId(1), spec, createdAt: now })
    for (let number = 1; number <= 5; number++) {
      runs.enqueue(newRun(number, { steps: 100, sweep: { id: sweepId(1), index: 5 - number } }))
    }
    for (const number of [1, 2, 3]) runs.start(runId(number), now)
    runs.end(runId(1), { status: 'completed', step: 40, error: null, at: now + 5 })
    runs.end(runId(2), { status: 'failed', step: 10, error: null, at: now + 9 })
    runs.setStep(runId(3), 30)
    const progress = sweeps.progress(sweepId(1)).get(sweepId(1))
    expect(progress).toEqual({
      counts: { pending: 2, running: 1, completed: 1, diverged: 0, failed: 1, cancelled: 0, interrupted: 0 },
      steps: 500,
      settledSteps: 230,
      completed: { steps: 40, of: 100 },
      lastEndedAt: now + 9,
    })
    expect(sweeps.progress()).toEqual(new Map([[sweepId(1), progress]]))
    expect(sweeps.runIds(sweepId(1))).toEqual([5, 4, 3, 2, 1].map(runId))
    expect(sweeps.unsuccessful(sweepId(1))).toEqual([runId(2)])
    sweeps.release(runId(2))
    expect(sweeps.runIds(sweepId(1))).toHaveLength(4)
    expect(runs.get(runId(2)).sweep).toBeNull()
  })

  it('are there with all of their runs or not at all', () => {
    const { sweeps, runs, queue } = project()
    const announced = (number: number) => {
      sweeps.announce({ id: sweepId(number), spec, createdAt: now })
      for (const index of [0, 1]) {
        runs.add(newRun(10 * number + index, { sweep: { id: sweepId(number), index: 1 - index }, shape: 'one' }))
      }
    }
    runs.enqueue(newRun(1))
    announced(1)
    announced(2)
    expect(sweeps.list()).toEqual([])
    expect(failureOf(() => sweeps.get(sweepId(1)))).toMatchObject({ code: 'not-found' })
    expect(queue.count()).toBe(1)
    sweeps.arrived(sweepId(1))
    expect(sweeps.list().map(({ id }) => id)).toEqual([sweepId(1)])
    expect(queue.page(0, 9).map(({ runId: waiting }) => waiting)).toEqual([1, 11, 10].map(runId))
    expect(queue.peers(runId(11), 9)).toEqual([runId(10)])
    sweeps.withdraw()
    expect(runs.ids()).toEqual([1, 10, 11].map(runId))
    announced(2)
    announced(3)
    sweeps.withdraw(sweepId(2))
    expect(runs.ids()).toEqual([1, 10, 11, 30, 31].map(runId))
  })

  it('can be saved under a name, replaced and deleted', () => {
    const { sweeps } = project()
    sweeps.saveSpec('b', spec, now)
    sweeps.saveSpec('a', spec, now)
    sweeps.saveSpec('b', { ...spec, constraints: ['width > 2'] }, now + 1)
    expect(sweeps.namedSpecs()).toEqual([
      { name: 'a', spec, savedAt: now },
      { name: 'b', spec: { ...spec, constraints: ['width > 2'] }, savedAt: now + 1 },
    ])
    sweeps.deleteSpec('b')
    expect(sweeps.namedSpecs()).toHaveLength(1)
    expect(failureOf(() => sweeps.deleteSpec('b')).message).toMatch(/no spec called "b"/)
  })
})

describe('a project made before there were sweeps', () => {
  it('keeps its runs, their specs and quantities, and its queue', () => {
    const path = join(temporaryFolder(), 'old.clps')
    const old = new Database(path)
    for (const migration of migrations.slice(0, 2)) old.exec(String(migration))
    old.exec('PRAGMA application_id = 0x434c5053; PRAGMA user_version = 2')
    const insert = old.prepare(
      `INSERT INTO runs (id, created_order, system, name, seed, spec, quantities, status, steps, flops_per_step, created_at)
       VALUES (?, ?, 'tiny', ?, ?, ?, '[]', 'pending', 10, 100, ?)`,
    )
    const runs = [1, 2, 3].map((number) => newRun(number, { spec: { ...newRun(number).spec, seed: number } }))
    runs.forEach(({ id, spec: own, createdAt }, i) => {
      insert.run(id, i + 1, own.name, own.seed, JSON.stringify(own), createdAt)
      old.prepare('INSERT INTO queue (run_id) VALUES (?)').run(id)
    })
    old.prepare('DELETE FROM queue WHERE run_id = ?').run(runId(1))
    old.close()

    const { runs: stored, queue } = project(path)
    for (const run of runs) expect(stored.get(run.id)).toMatchObject(run)
    expect(queue.page(0, 9)).toMatchObject([
      { runId: runId(2), priority: 0, held: false },
      { runId: runId(3), priority: 0, held: false },
    ])
  })
})

import { deathNote } from '#main/jobs/goOn'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openProject } from '#main/store/openProject'
import type { ClaimResult } from '#shared/records'
import { failureOf, fixedClock, newRun, runId, shownRuns, temporaryFolder } from '../../helpers/projects'

const clock = fixedClock()
const now = clock.now()

function project() {
  const made = openProject(join(temporaryFolder(), 'work.collapsar'), { clock })
  onTestFinished(() => made.close())
  return made
}

const ended = { status: 'completed', step: 10, error: null, at: now } as const

describe('runs', () => {
  it('come back as they were put in', () => {
    const { runs } = project()
    const run = newRun(1)
    runs.enqueue(run)
    expect(runs.get(run.id)).toEqual({
      ...run,
      status: 'pending',
      step: 0,
      provenance: null,
      error: null,
      startedAt: null,
      endedAt: null,
      binnedAt: null,
      startedAtStep: 0,
      deaths: 0,
      sweep: null,
      shape: null,
      until: null,
    })
    runs.start(run.id, now + 1)
    runs.setProvenance(run.id, { version: '1', threads: 1 })
    runs.setStep(run.id, 4)
    const error = { code: 'unavailable', message: 'no', details: { a: 1, b: NaN, c: ['x', 2], d: null } } as const
    runs.end(run.id, { status: 'failed', step: null, error, at: now + 9 })
    expect(runs.get(run.id)).toMatchObject({
      status: 'failed',
      step: 4,
      provenance: { version: '1', threads: 1 },
      startedAt: now + 1,
      endedAt: now + 9,
      error: { code: 'unavailable', message: 'no', details: { a: 1, c: ['x', 2], d: null } },
    })
  })

  it('wait in the order in which they came', () => {
    const opened = project()
    const { runs } = opened
    for (const number of [5, 3, 9]) runs.enqueue(newRun(number))
    runs.end(runId(3), { ...ended, status: 'cancelled' })
    expect(runs.nextPending()?.id).toBe(runId(5))
    runs.start(runId(5), now)
    expect(runs.nextPending()?.id).toBe(runId(9))
    runs.start(runId(9), now)
    expect(runs.nextPending()).toBeNull()
    expect(shownRuns(opened)).toEqual([runId(9), runId(3), runId(5)])
  })

  it('start once and end once', () => {
    const { runs } = project()
    runs.enqueue(newRun(1))
    runs.start(runId(1), now)
    expect(failureOf(() => runs.start(runId(1), now))).toMatchObject({ code: 'conflict', message: /running/ })
    runs.end(runId(1), ended)
    expect(failureOf(() => runs.end(runId(1), ended))).toMatchObject({ code: 'conflict', message: /completed/ })
    expect(failureOf(() => runs.get(runId(2)))).toMatchObject({ code: 'not-found' })
  })

  it('are interrupted when they were running while the application ended', () => {
    const { runs } = project()
    for (const number of [1, 2, 3]) runs.enqueue(newRun(number))
    runs.start(runId(1), now)
    runs.end(runId(1), ended)
    runs.start(runId(2), now)
    expect(runs.interruptRunning(now + 5, (deaths) => deathNote('It ended.', deaths))).toEqual([runId(2)])
    expect(runs.list().map((run) => run.status)).toEqual(['pending', 'interrupted', 'completed'])
    expect(runs.get(runId(2))).toMatchObject({ endedAt: now + 5, error: { message: /kept/ } })
  })
})

describe('claims', () => {
  const claim: ClaimResult = {
    id: '01.C1',
    title: 'A claim',
    source: 'theory 01',
    holds: false,
    checks: [{ label: 'σ', measured: NaN, predicted: -Infinity, relation: 'within', allowance: 0.1, holds: false }],
  }

  it('keep numbers that JSON lacks, and the latest verdict', () => {
    const { runs, claims } = project()
    runs.enqueue(newRun(1))
    claims.save(runId(1), 'tiny', claim, now)
    expect(claims.of(runId(1))).toEqual([claim])
    expect(claims.latest('tiny')).toEqual({ '01.C1': false })
    claims.save(runId(1), 'tiny', { ...claim, holds: true }, now + 1)
    expect(claims.of(runId(1))).toHaveLength(1)
    expect(claims.latest('tiny')).toEqual({ '01.C1': true })
    expect(claims.counts(runId(1))).toEqual({ held: 1, checked: 1 })
    runs.end(runId(1), ended)
    runs.setBinned([runId(1)], now)
    expect(claims.latest('tiny')).toEqual({})
  })
})

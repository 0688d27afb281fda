import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { wilsonInterval } from '#shared/proportion'
import type { QuantityDefinition } from '#shared/records'
import { parseRunSpec } from '#shared/spec'
import { parseSweepSpec } from '#shared/sweep'
import { sweepResults } from '#main/jobs/sweepResults'
import type { RunStatus } from '#shared/contract/index'
import { openProject } from '#main/store/openProject'
import { failureOf, fixedClock, newRun, runId, scalar, sweepId, temporaryFolder } from '../../helpers/projects'
import { tinySystems } from '../../helpers/tinySystem'

const clock = fixedClock()
const about = { label: '', symbol: '', unit: '', help: '', formula: '', source: '', scale: 'linear' } as const
const quantities: QuantityDefinition[] = [
  { ...about, id: 'loss', kind: 'scalar', perLayer: false },
  { ...about, id: 'verdict', kind: 'scalar', perLayer: false, codes: ['diverged', 'collapse', 'pair'] },
  { ...about, id: 'nc1', kind: 'scalar', perLayer: true },
  { ...about, id: 'values', kind: 'vector', perLayer: false },
]

interface Ended {
  readonly width: number
  readonly status: RunStatus
  readonly loss?: number
  readonly verdict?: number
}

/** A real project with one sweep over widths and seeds whose runs have ended so. */
function swept(ends: readonly Ended[]) {
  const project = openProject(join(temporaryFolder(), 'work.clps'), { clock })
  onTestFinished(() => project.close())
  const spec = parseSweepSpec({
    name: 'a sweep',
    base: { system: 'tiny' },
    axes: [[{ path: 'params.width', values: { kind: 'list', values: [2, 3] } }], [{ path: 'seed', values: { kind: 'list', values: [0, 1] } }]], // prettier-ignore
  })
  project.sweeps.add({ id: sweepId(1), spec, createdAt: clock.now() })
  ends.forEach(({ width, status, loss, verdict }, i) => {
    const id = runId(i)
    const runSpec = parseRunSpec({ system: 'tiny', params: { width, steps: 5 }, seed: i })
    project.runs.enqueue(newRun(i, { spec: runSpec, quantities, sweep: { id: sweepId(1), index: i } }))
    project.runs.start(id, clock.now())
    // An earlier value, which the last one replaces.
    project.records.append(id, [scalar('loss', 0, 9)])
    if (loss !== undefined) project.records.append(id, [scalar('loss', 5, loss)])
    if (verdict !== undefined) project.records.append(id, [scalar('verdict', 5, verdict)])
    if (status !== 'running' && status !== 'pending') {
      project.runs.end(id, { status, step: 5, error: null, at: clock.now() })
    }
  })
  return { project, results: () => sweepResults(project, tinySystems, sweepId(1)) }
}

describe('the results of a sweep', () => {
  it('count every state by point with its interval; diverged runs count, runs without an end do not', () => {
    const { results } = swept([
      { width: 2, status: 'completed', loss: 1, verdict: 1 },
      { width: 2, status: 'completed', loss: 2, verdict: 2 },
      { width: 2, status: 'diverged', loss: 3, verdict: 2 },
      { width: 2, status: 'failed', loss: 4, verdict: 1 },
      { width: 2, status: 'running', loss: 5, verdict: 1 },
      { width: 3, status: 'completed', loss: 6, verdict: 1 },
    ])
    const { points, fields, quantities: known } = results()
    expect(fields).toEqual([{ path: 'params.width', label: 'Width', symbol: 'd', scale: 'linear' }])
    expect(known.map(({ id }) => id)).toEqual(['loss', 'verdict'])
    expect(points.map(({ at, runs, diverged, missing }) => ({ at, runs, diverged, missing }))).toEqual([
      { at: [2], runs: 3, diverged: 1, missing: 2 },
      { at: [3], runs: 1, diverged: 0, missing: 0 },
    ])
    const third = wilsonInterval({ count: 1, runs: 3 })
    expect(points[0]!.states).toEqual([
      {
        quantity: 'verdict',
        counts: ['diverged', 'collapse', 'pair'].map((state) => ({ state, count: 1, ...third })),
      },
    ])
  })

  it('hold the last values in the order of the sweep, NaN where there is none, and what theory says', () => {
    const { results } = swept([
      { width: 2, status: 'completed', loss: 0.5, verdict: 1 },
      { width: 2, status: 'completed', loss: NaN },
      { width: 2, status: 'completed', loss: 0.25, verdict: 2 },
    ])
    const [loss, verdict] = results().points[0]!.values
    expect(loss).toEqual({
      quantity: 'loss',
      values: Float64Array.of(0.5, NaN, 0.25),
      levels: [{ value: 0, label: '0' }],
    })
    expect(verdict!.values).toEqual(Float64Array.of(1, NaN, 2))
  })

  it('leave out what is in the bin, and say so of a sweep that there is not', () => {
    const { project, results } = swept([
      { width: 2, status: 'completed', loss: 1 },
      { width: 2, status: 'completed', loss: 2 },
    ])
    project.runs.setBinned([runId(0)], clock.now())
    expect(results().points.map(({ runs }) => runs)).toEqual([1])
    expect(failureOf(() => sweepResults(project, tinySystems, sweepId(2)))).toMatchObject({ code: 'not-found' })
  })

  it('of a system that this version lacks still show what is stored', () => {
    const { project } = swept([{ width: 2, status: 'completed', loss: 1, verdict: 2 }])
    const { points, fields } = sweepResults(project, new Map(), sweepId(1))
    expect(fields[0]).toMatchObject({ label: 'width' })
    expect(points[0]).toMatchObject({ at: [2], runs: 1 })
  })
})

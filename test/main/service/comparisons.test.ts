import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { emptyComparison } from '#shared/comparison'
import { settingsOf } from '#shared/comparisonSettings'
import { parseRunSpec } from '#shared/spec'
import { comparisonHandlers } from '#main/service/comparisons'
import { openProject } from '#main/store/openProject'
import { systemById } from '#main/systems/registry'
import { fixedClock, newRun, runId, scalar, temporaryFolder, vector } from '../../helpers/projects'
import { tinySystem } from '../../helpers/tinySystem'

const ufm = systemById('deep-ufm')

/** Two runs of the tiny system, one without records, and one of deep-ufm. */
function setting() {
  const clock = fixedClock()
  const project = openProject(join(temporaryFolder(), 'work.collapsar'), { clock })
  onTestFinished(() => project.close())
  const ufmSpec = parseRunSpec({ system: 'deep-ufm', params: { K: 3, n: 5, depth: 3, weightDecay: 0.005 } })
  for (const number of [1, 2]) project.runs.enqueue(newRun(number, { quantities: tinyQuantities }))
  project.runs.enqueue(newRun(3, { spec: ufmSpec }))
  project.records.append(runId(1), [scalar('loss', 0, 4), scalar('loss', 5, NaN), vector('values', 5, [1, 2])])
  project.records.append(runId(3), [scalar('loss', 0, 1), vector('singularValues', 3, [2, 1])])
  const systems = new Map([tinySystem, ufm].map((system) => [system.id, system]))
  return { project, handlers: comparisonHandlers(project, systems, clock) }
}
const tinyQuantities = [
  {
    id: 'loss',
    label: 'loss',
    symbol: 'L',
    unit: '',
    help: '',
    formula: '',
    source: '',
    kind: 'scalar',
    scale: 'log',
    perLayer: false,
  } as const,
]

describe('the calls over several runs', () => {
  it('say what each run is and measured, and which are gone', async () => {
    const { project, handlers } = setting()
    project.runs.end(runId(2), { status: 'completed', step: 5, error: null, at: 1 })
    project.runs.setBinned([runId(2)], 1)
    const { runs, missing, quantities } = await handlers['comparison.runs']({
      runIds: [runId(3), runId(2), runId(1), runId(9)],
    })
    expect(runs.map(({ id }) => id)).toEqual([runId(3), runId(1)])
    expect(missing).toEqual([runId(2), runId(9)])
    expect(quantities.map(({ id }) => id)).toEqual(['loss'])
    expect(runs[1]).toMatchObject({
      scalars: [{ quantity: 'loss', layer: null }],
      arrays: [{ quantity: 'values', layer: null, steps: Float64Array.of(5) }],
    })
    expect(settingsOf(runs[0]!).get('params.weightDecay')).toBe(0.005)
  })

  it('give one curve for each run that has it', async () => {
    const { handlers } = setting()
    const curves = await handlers['comparison.series']({
      runIds: [runId(1), runId(2), runId(3)],
      quantity: 'loss',
      layer: null,
    })
    expect(curves.map(({ runId: id, values }) => [id, [...values]])).toEqual([
      [runId(1), [4, NaN]],
      [runId(3), [1]],
    ])
  })

  it('give the steps that runs share as one array', async () => {
    const { project, handlers } = setting()
    project.records.append(runId(2), [scalar('loss', 0, 3), scalar('loss', 5, 2)])
    const asked = { runIds: [runId(1), runId(2), runId(3)], quantity: 'loss', layer: null }
    const [first, second, third] = await handlers['comparison.series'](asked)
    expect(second?.steps).toBe(first?.steps)
    expect([second?.values, third?.steps]).toEqual([Float64Array.of(3, 2), Float64Array.of(0)])
    project.records.append(runId(3), [scalar('loss', 6, 3)])
    const [, , other] = await handlers['comparison.series'](asked)
    expect(other?.steps).toEqual(Float64Array.of(0, 6))
  })

  it('give arrays at a step or the last, with what theory predicts for that run', async () => {
    const { handlers } = setting()
    const asked = { runIds: [runId(1), runId(3)], quantity: 'singularValues', layer: null }
    const [only, ...rest] = await handlers['comparison.arrays']({ ...asked, step: null })
    expect(rest).toEqual([])
    expect(only).toMatchObject({ runId: runId(3), record: { step: 3 } })
    expect(await handlers['comparison.arrays']({ ...asked, step: 2 })).toEqual([])
  })

  it('move a prediction over one parameter of the system, and say nothing where it has none', async () => {
    const { handlers } = setting()
    const asked = { runId: runId(3), quantity: 'loss', layer: null }
    const values = [0.001, 0.005, -1]
    const theory = await handlers['comparison.theory']({ ...asked, param: 'weightDecay', values })
    // Global minimum at the small preset: theory note 01, golden case S.
    expect(theory?.levels[0]?.values[1]).toBeCloseTo(0.0446060193, 9)
    expect(theory?.levels[0]?.values[0]).toBeLessThan(0.0446)
    expect(theory?.levels[0]?.values[2]).toBeNaN()
    const nothing = await handlers['comparison.theory']({ ...asked, quantity: 'absent', param: 'weightDecay', values })
    expect(nothing).toBeNull()
  })

  it('keep comparisons by name', async () => {
    const { handlers } = setting()
    const comparison = { ...emptyComparison, runIds: [runId(1)] }
    await handlers['comparisons.save']({ name: 'mine', comparison, replace: false })
    expect(await handlers['comparisons.list'](null)).toMatchObject([{ name: 'mine', runs: 1 }])
    expect((await handlers['comparisons.get']({ name: 'mine' })).comparison).toEqual(comparison)
    await handlers['comparisons.remove']({ name: 'mine' })
    expect(await handlers['comparisons.list'](null)).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { sweepOfPreset } from '#shared/presetSweep'
import { openSweep, planRuns } from '#main/jobs/sweepPlan'
import { probes } from '#main/probes/registry'
import { systems } from '#main/systems/registry'

const catalogue = { systems, probes, resources: { read: () => new Uint8Array() } }
const presets = [...systems.values()].flatMap((system) =>
  Object.entries(system.presets).flatMap(([id, { params, sweep }]) => (sweep ? [{ system, id, params, sweep }] : [])),
)

describe('presets that are sweeps', () => {
  it.each(presets)('$id of $system.id can be started, and measures what its figures show', async (preset) => {
    const { system } = preset
    const { opened, issues } = openSweep(sweepOfPreset(system.id, preset), catalogue)
    expect(issues).toEqual([])
    const runs = await planRuns(opened!, catalogue)
    expect(runs.length).toBeGreaterThan(8)
    const measured = new Set(runs[0]!.quantities.map((quantity) => quantity.id))
    for (const { quantity } of system.sweepFigures ?? []) expect(measured).toContain(quantity)
  })

  const overSeeds = presets.filter(({ sweep }) => sweep.axes.flat().some(({ path }) => path === 'seed'))
  it.each(overSeeds)('$id of $system.id trains the seeds of a setting together', async ({ system, ...preset }) => {
    const { opened } = openSweep(sweepOfPreset(system.id, preset), catalogue)
    const runs = await planRuns(opened!, catalogue)
    const seeds = new Set(runs.map(({ spec }) => spec.seed)).size
    expect(seeds).toBeGreaterThan(8)
    expect(new Set(runs.map(({ shape }) => shape)).size).toBeLessThanOrEqual(runs.length / seeds)
  })

  it('of prevalence is the sweep of theory note 02, C3', async () => {
    const { params, sweep } = presets.find(({ id }) => id === 'prevalence')!
    const { opened } = openSweep(sweepOfPreset('deep-ufm', { id: 'prevalence', params, sweep }), catalogue)
    const runs = await planRuns(opened!, catalogue)
    expect(runs).toHaveLength(2 * 6 * 64)
    expect(runs[0]!.spec.params).toMatchObject({ loss: 'ce', K: 4, n: 1, weightDecay: 2 ** -6, learningRate: 0.5 })
  })
})

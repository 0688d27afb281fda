import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultsOf, parseParams } from '#shared/params'
import { createBackend } from '#main/compute/backends/select'
import { random } from '#main/compute/rng/random'
import { folderResources } from '#main/jobs/folderResources'
import { probeById } from '#main/probes/registry'
import { systemById, systems } from '#main/systems/registry'
import { Training } from '#main/train/training'

const resources = folderResources(join(import.meta.dirname, '../../../resources/data'))

describe('system registry', () => {
  it('finds systems by their folder and gives every id to one of them', () => {
    const ids = [...systems.keys()]
    expect(ids).toContain('deep-ufm')
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(systemById(id).id).toBe(id)
  })

  it('names the known systems when asked for another', () => {
    expect(() => systemById('deep-ufn')).toThrow(/no system "deep-ufn".*deep-ufm/)
  })
})

describe.each([...systems.values()].map((system) => ({ id: system.id, system })))('$id', ({ system }) => {
  const quantities = new Set(system.probes.flatMap((id) => probeById(id).quantities.map((quantity) => quantity.id)))

  it('builds and trains ten steps with its defaults', async () => {
    const params = defaultsOf(system.params)
    const backend = await createBackend()
    const training = new Training({
      model: system.model(params),
      data: system.data(params, resources),
      initial: system.initial(params, random(0, 'initial')),
      recipe: system.training(params),
      backend,
      random: random(0, 'training'),
      seed: 0,
    })
    const before = await training.snapshot().parameters()
    for (let step = 0; step < 10; step++) training.advance()
    const { data, regularisation } = await training.snapshot().loss()
    const after = await training.snapshot().parameters()
    training.dispose()
    backend.dispose()
    expect(Number.isFinite(data + regularisation)).toBe(true)
    const unchanged = Object.keys(after).filter((name) => after[name]!.every((value, i) => value === before[name]![i]))
    expect(unchanged).toEqual([])
  })

  it('has presets that its own schema accepts, and only finite predictions for them', () => {
    const all = [
      defaultsOf(system.params),
      ...Object.values(system.presets).map(({ params }) => parseParams(system.params, params)),
    ]
    for (const params of all) {
      for (const { quantity, levels, formula, source } of system.theory(params)) {
        expect(quantities).toContain(quantity)
        expect(levels.length).toBeGreaterThan(0)
        for (const { value, copies } of levels) {
          expect(value).toSatisfy(Number.isFinite)
          expect(copies).toBeGreaterThan(0)
        }
        expect(formula.length * source.length).toBeGreaterThan(0)
      }
    }
  })

  it('draws only what its probes measure', () => {
    for (const figure of system.figures)
      for (const quantity of figure.quantities) expect(quantities).toContain(quantity)
    const ids = system.figures.map((figure) => figure.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('has claims of its own ids, on presets that exist', () => {
    const ids = system.claims.map((claim) => claim.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const claim of system.claims) if (claim.kind === 'run') expect(system.presets).toHaveProperty(claim.preset)
  })
})

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultsOf, parseParams, type ParamDefinition, type ParamSchema, type ParamsOf } from '#shared/params'
import { createBackend } from '#main/compute/backends/select'
import { Graph } from '#main/compute/graph/graph'
import type { Node } from '#main/compute/graph/node'
import { random } from '#main/compute/rng/random'
import type { System } from '#main/core/system'
import { quantitiesOf } from '#main/jobs/checkSpec'
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

/** All that runs of one shape have in common: the graph of the model, what is trained, the data, the recipe's frame. */
function describeRun(system: System, params: ParamsOf<ParamSchema>) {
  const model = system.model(params)
  const { train, test } = system.data(params, resources)
  const recipe = { ...system.training(params), learningRate: null }
  const graph = new Graph()
  const parameters = model.parameters.map(({ name, shape }) => [name, graph.input(name, shape)] as const)
  const inputs = train.inputs && graph.input('inputs', [train.inputs.rows, train.inputs.cols])
  const targets = graph.input('targets', [train.targets.rows, train.targets.cols])
  const { logits, dataLoss } = model.forward(Object.fromEntries(parameters), { inputs, targets })
  return {
    graph: graphText([logits, dataLoss]),
    parameters: model.parameters.map(({ weightDecay: _decay, ...rest }) => rest),
    frame: { ...model, parameters: null, forward: null },
    data: [train, test],
    recipe,
  }
}

/** Nodes in the order in which they are computed, each with its operation and the places of its inputs. */
function graphText(outputs: readonly Node[]): string[] {
  const places = new Map<Node, number>()
  const lines: string[] = []
  const visit = (node: Node): number => {
    const known = places.get(node)
    if (known !== undefined) return known
    const line = JSON.stringify([node.primitive, node.shape, node.inputs.map(visit)])
    places.set(node, lines.length)
    lines.push(line)
    return lines.length - 1
  }
  outputs.forEach(visit)
  return lines
}

function otherValues(definition: ParamDefinition) {
  if (definition.type === 'choice') {
    return definition.options.map(({ value }) => value).filter((value) => value !== definition.default)
  }
  if (definition.type === 'integers' || definition.type === 'reals') return [[definition.min], [definition.min, 1]]
  // Imported matrices belong to a project: here there is none.
  if (definition.type === 'matrix') return []
  return [definition.min, definition.default === 0 ? 0.01 : definition.default / 3]
}

describe.each([...systems.values()].map((system) => ({ id: system.id, system })))('$id', ({ system }) => {
  const quantities = new Set(system.probes.flatMap((id) => probeById(id).quantities.map((quantity) => quantity.id)))

  it('has a help card for everything it measures: meaning, formula and source', () => {
    for (const { id, label, help, formula, source } of quantitiesOf(system.probes.map(probeById))) {
      expect([id, ...[label, help, formula, source].map((text) => text.trim() !== '')]).toEqual([
        id,
        true,
        true,
        true,
        true,
      ])
    }
  })

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

  it('trains runs together only where model and data are the same', () => {
    const params = defaultsOf(system.params)
    const described = describeRun(system, params)
    for (const name of system.perReplica ?? []) {
      const definition = system.params[name]
      if (!definition) throw new Error(`${name} is no parameter`)
      const others = otherValues(definition)
      expect(others.length).toBeGreaterThan(0)
      for (const value of others) {
        const other = parseParams(system.params, { ...params, [name]: value })
        expect(describeRun(system, other), `${name} = ${String(value)}`).toEqual(described)
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

import { runFieldList, symbolAliases, type Field } from '#shared/filter/fields'
import type { ParamDefinition } from '#shared/params'
import type { QuantityDefinition } from '#shared/records'
import type { Probe } from '../core/probe'
import type { System } from '../core/system'
import type { Project } from '../store/project'
import { quantitiesOf } from './checkSpec'

/** Everything that filters and columns may name: what every run has, the parameters and the scalars. */
export function filterFields(
  project: Project,
  systems: ReadonlyMap<string, System>,
  probes: ReadonlyMap<string, Probe>,
): readonly Field[] {
  return [
    ...runFieldList,
    ...paramFields([...systems.values()], project.runValues.parameters()),
    ...metricFields(quantitiesOf([...probes.values()]), project.runQueries.metrics()),
  ]
}

/** @param stored parameters that some run has, though its system may be gone */
function paramFields(systems: readonly System[], stored: readonly string[]): Field[] {
  const defined = systems.flatMap((system) => Object.entries(system.params))
  const byName = Map.groupBy(defined, ([name]) => name)
  const known = [...byName].map(([name, entries]) =>
    paramField(
      name,
      entries.map(([, definition]) => definition),
    ),
  )
  const lost = stored.filter((name) => !byName.has(name))
  return [...known, ...lost.map((name) => ({ ...blank, kind: 'param' as const, name, label: name }))]
}

const blank = { type: 'number', symbol: '', help: '', aliases: [], layers: [], words: [] } as const

/** One name may stand in several systems; it is a number only where it is one in all of them. */
function paramField(name: string, definitions: readonly ParamDefinition[]): Field {
  const [first] = definitions
  const isNumber = definitions.every(({ type }) => type === 'integer' || type === 'real')
  const areChoices = definitions.every(({ type }) => type === 'choice')
  const options = definitions.flatMap((definition) => (definition.type === 'choice' ? definition.options : []))
  return {
    ...blank,
    kind: 'param',
    name,
    type: isNumber ? 'number' : 'text',
    label: first?.label ?? name,
    symbol: first?.symbol ?? '',
    help: first?.help ?? '',
    aliases: [...new Set(definitions.flatMap(({ symbol }) => symbolAliases(symbol)))].filter((word) => word !== name),
    words: areChoices ? [...new Set(options.map(({ value }) => value))] : [],
  }
}

function metricFields(
  quantities: readonly QuantityDefinition[],
  measured: readonly { quantity: string; layer: number | null }[],
): Field[] {
  const layers = Map.groupBy(measured, ({ quantity }) => quantity)
  const scalars = quantities.filter(({ id, kind }) => kind === 'scalar' || layers.has(id))
  const known = scalars.map(({ id, label, symbol, help, perLayer, codes }): Field => ({
    ...blank,
    kind: 'metric',
    name: id,
    label,
    symbol,
    help,
    layers: layers.get(id)?.map(({ layer }) => layer) ?? (perLayer ? [1] : [null]),
    words: codes ?? [],
  }))
  const lost = [...layers].filter(([id]) => !quantities.some((quantity) => quantity.id === id))
  return [
    ...known,
    ...lost.map(([name, entries]): Field => ({
      ...blank,
      kind: 'metric',
      name,
      label: name,
      layers: entries.map(({ layer }) => layer),
    })),
  ]
}

import type { Comparison, Grouping } from '#shared/comparison'
import { differingSettings, distinctValues, settingsOf, settingText, type Settings } from '#shared/comparisonSettings'
import type { ComparedRun } from '#shared/contract/comparisons'
import { runColors } from '#shared/contract/runs'
import type { SystemInfo } from '#shared/contract/index'
import type { RunId } from '#shared/ids'
import { fieldName, inSentence } from '#shared/fieldNames'
import type { ParamDefinition, ParamSchema, ParamValue } from '#shared/params'
import { fieldDefinition } from '#shared/sweepFields'
import { formatNumber } from '../format'
import { axisTitle } from '../frame'
import { themes } from '../theme'

/** Runs that are drawn as one. */
export interface RunGroup {
  /** What the runs have in common, as text: the same wherever the group appears. */
  readonly key: string
  /** What tells it from the other groups: 'λ = 0.005, d = 10'; the run's name where each run stands alone. */
  readonly label: string
  readonly runs: readonly ComparedRun[]
  /** Settings beside the seed that differ inside the group, as they are called in words. */
  readonly mixed: readonly string[]
  /** Number of its colour, dash and marker. */
  readonly slot: number
  readonly hidden: boolean
}

type Systems = readonly Pick<SystemInfo, 'id' | 'title' | 'params'>[]

/** The groups of a comparison, ordered by the settings that tell them apart, and their runs by the seed. */
export function groupRuns(
  runs: readonly ComparedRun[],
  known: ReadonlyMap<RunId, Settings>,
  { grouping, slots, hidden }: Pick<Comparison, 'grouping' | 'slots' | 'hidden'>,
  systems: Systems,
): RunGroup[] {
  const settings = (run: ComparedRun): Settings => known.get(run.id) ?? settingsOf(run)
  const found = [...Map.groupBy(runs, (run) => keyOf(run, settings(run), grouping))].map(([key, members]) => ({
    key,
    members: members.toSorted((a, b) => a.spec.seed - b.spec.seed),
    common: common(members.map(settings)),
  }))
  const told = toldSettings(
    grouping,
    found.map((group) => group.common),
  )
  const groups = sortedBySettings(found, told)
  const names = grouping.by === 'run' ? uniqueNames(runs) : new Map<string, string>()
  const assigned = assignSlots(
    slots,
    groups.map(({ key, members }) => ({ key, marked: markedSlot(members) })),
  )
  return groups.map(({ key, members, common: shared }) => ({
    key,
    label: names.get(key) ?? (settingsLabel(told, shared, systems) || systemsLabel(members, systems)),
    runs: members,
    mixed: differingSettings(members.map(settings))
      .filter((path) => path !== 'seed')
      .map((path) => settingName(path, systems)),
    slot: assigned[key]!,
    hidden: hidden.includes(key),
  }))
}

/**
 * Numbers for the keys, each its own: a group whose runs are marked with a colour takes its number, a further one of
 * that colour the next dash and marker of it; other keys keep the number they have, new ones take the lowest free.
 */
export function assignSlots(
  slots: Readonly<Record<string, number>>,
  groups: readonly { readonly key: string; readonly marked: number | null }[],
): Readonly<Record<string, number>> {
  const taken = new Set<number>()
  const assigned = new Map<string, number>()
  const give = (key: string, from: number, by: number) => {
    let slot = from
    while (taken.has(slot)) slot += by
    taken.add(slot)
    assigned.set(key, slot)
  }
  const plain = groups.filter(({ marked }) => marked === null)
  for (const { key, marked } of groups) if (marked !== null) give(key, marked, themes.light.groups.length)
  for (const { key } of plain) {
    const known = Object.hasOwn(slots, key) ? slots[key] : undefined
    if (known !== undefined && !taken.has(known)) give(key, known, 1)
  }
  for (const { key } of plain) if (!assigned.has(key)) give(key, 0, 1)
  return Object.fromEntries(assigned)
}

/** The number of the colour that all runs are marked with; null where they differ or have none. */
function markedSlot(members: readonly ComparedRun[]): number | null {
  const color = members[0]?.color ?? null
  return color !== null && members.every((run) => run.color === color) ? runColors.indexOf(color) : null
}

/** 'λ' for params.weightDecay of a known system; words for what has no symbol. */
export function settingName(path: string, systems: Systems): string {
  const { label, symbol } = fieldName(path, schemaWith(path, systems))
  return symbol || inSentence(label)
}

/** 'Weight decay λ (dimensionless)': for axes. */
export function settingTitle(path: string, systems: Systems): string {
  const { label, symbol } = fieldName(path, schemaWith(path, systems))
  return axisTitle(label, symbol, definitionOf(path, systems)?.unit ?? '')
}

export function definitionOf(path: string, systems: Systems): ParamDefinition | null {
  return fieldDefinition(path, schemaWith(path, systems))
}

/** The parameters of the first system that has this one. */
export function schemaWith(path: string, systems: Systems): ParamSchema {
  return systems.find(({ params }) => fieldDefinition(path, params) !== null)?.params ?? {}
}

export function settingValueText(value: ParamValue | undefined): string {
  return typeof value === 'number' ? formatNumber(value) : settingText(value)
}

function keyOf(run: ComparedRun, settings: Settings, grouping: Grouping): string {
  if (grouping.by === 'run') return run.id
  const paths = grouping.by === 'settings' ? grouping.settings : [...settings.keys()].filter((path) => path !== 'seed')
  return JSON.stringify(paths.map((path) => [path, settingText(settings.get(path))]))
}

/**
 * The settings that tell groups apart: of groups of one system those in which they differ. Other systems have other
 * settings; all of them would be a label that nobody reads.
 */
function toldSettings(grouping: Grouping, groups: readonly Settings[]): readonly string[] {
  if (grouping.by === 'settings') return grouping.settings
  const bySystem = [...Map.groupBy(groups, (settings) => settings.get('system')).values()]
  const telling = new Set(bySystem.flatMap(differingSettings))
  // A group of one run has one seed; what makes it a group of its own is something else.
  if (grouping.by === 'allButSeed') telling.delete('seed')
  return [...(bySystem.length > 1 ? ['system'] : []), ...differingSettings(groups).filter((path) => telling.has(path))]
}

/** The settings that all members agree on. */
function common(members: readonly Settings[]): Settings {
  const differing = new Set(differingSettings(members))
  return new Map([...members[0]!].filter(([path]) => !differing.has(path)))
}

/** By the first setting in which two differ, numbers ascending; words as they came. */
function sortedBySettings<G extends { readonly common: Settings }>(groups: readonly G[], told: readonly string[]): G[] {
  const all = groups.map((group) => group.common)
  const orders = new Map(
    told.map((path) => {
      const values = distinctValues(all, path).map((value) => settingText(value))
      return [path, new Map(values.map((text, i) => [text, i]))]
    }),
  )
  const placeOf = ({ common: settings }: G, path: string) =>
    orders.get(path)?.get(settingText(settings.get(path))) ?? -1
  return groups.toSorted((a, b) => {
    const path = told.find((candidate) => placeOf(a, candidate) !== placeOf(b, candidate))
    return path === undefined ? 0 : placeOf(a, path) - placeOf(b, path)
  })
}

/** 'λ = 0.005, d = 10': these settings with their values. */
export function settingsLabel(paths: readonly string[], settings: Settings, systems: Systems): string {
  return paths
    .flatMap((path) => {
      const value = settings.get(path)
      if (value === undefined) return []
      const text = settingValueText(value)
      // A word says by itself what it is: 'deep-ufm', 'relu'.
      return typeof value === 'string' ? text : `${settingName(path, systems)} = ${text}`
    })
    .join(', ')
}

/** The names that persons gave, where they tell the runs apart. */
function uniqueNames(runs: readonly ComparedRun[]): Map<string, string> {
  const names = runs.map((run) => run.spec.name)
  const isUnique = (name: string) => name !== '' && names.indexOf(name) === names.lastIndexOf(name)
  return new Map(runs.flatMap(({ id, spec }) => (isUnique(spec.name) ? [[id, spec.name] as const] : [])))
}

function systemsLabel(members: readonly ComparedRun[], systems: Systems): string {
  const ids = [...new Set(members.map((run) => run.spec.system))]
  return ids.map((id) => systems.find((system) => system.id === id)?.title ?? id).join(', ')
}

/** How a range over a setting is spaced by itself. */
export function settingScale(path: string, systems: Systems): 'linear' | 'log' {
  const definition = definitionOf(path, systems)
  return definition?.type === 'real' ? definition.scale : 'linear'
}

import type { Comparison, Grouping } from '#shared/comparison'
import { differingSettings, settingsOf, settingText, type Settings } from '#shared/comparisonSettings'
import type { ComparedRun } from '#shared/contract/comparisons'
import type { SystemInfo } from '#shared/contract/index'
import type { ParamDefinition, ParamValue } from '#shared/params'
import { formatNumber } from '../format'

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

/** The groups of a comparison, in the order of their first runs. */
export function groupRuns(
  runs: readonly ComparedRun[],
  { grouping, slots, hidden }: Pick<Comparison, 'grouping' | 'slots' | 'hidden'>,
  systems: Systems,
): RunGroup[] {
  const known = new Map(runs.map((run) => [run.id, settingsOf(run)]))
  const settings = (run: ComparedRun): Settings => known.get(run.id) ?? settingsOf(run)
  const groups = [...Map.groupBy(runs, (run) => keyOf(run, settings(run), grouping))]
  const commons = groups.map(([, members]) => common(members.map(settings)))
  const told = differingSettings(commons)
  const assigned = assignSlots(
    slots,
    groups.map(([key]) => key),
  )
  const labels = grouping.by === 'run' ? runLabels(runs, runs.map(settings), systems) : []
  return groups.map(([key, members], i) => ({
    key,
    label: labels[i] ?? (settingsLabel(told, commons[i]!, systems) || systemsLabel(members, systems)),
    runs: members,
    mixed: differingSettings(members.map(settings))
      .filter((path) => path !== 'seed')
      .map((path) => settingName(path, systems)),
    slot: assigned[key]!,
    hidden: hidden.includes(key),
  }))
}

/** Numbers for the keys: a key keeps the one it has, a new key takes the lowest that is free. */
export function assignSlots(
  slots: Readonly<Record<string, number>>,
  keys: readonly string[],
): Readonly<Record<string, number>> {
  const taken = new Set(keys.flatMap((key) => slots[key] ?? []))
  let next = 0
  const entries = keys.map((key) => {
    const known = slots[key]
    if (known !== undefined) return [key, known] as const
    while (taken.has(next)) next++
    taken.add(next)
    return [key, next] as const
  })
  return Object.fromEntries(entries)
}

/** 'λ' for params.weightDecay of a known system; the last word of the path for everything else. */
export function settingName(path: string, systems: Systems): string {
  const definition = definitionOf(path, systems)
  return definition?.symbol || definition?.label || (path.split('.').at(-1) ?? path)
}

/** 'weight decay λ': for axes, which name symbol and words. */
export function settingTitle(path: string, systems: Systems): string {
  const definition = definitionOf(path, systems)
  if (!definition) return settingName(path, systems)
  return `${definition.label} ${definition.symbol === definition.label ? '' : definition.symbol}`.trim()
}

export function definitionOf(path: string, systems: Systems): ParamDefinition | null {
  if (!path.startsWith('params.')) return null
  const name = path.slice('params.'.length)
  return systems.flatMap((system) => system.params[name] ?? [])[0] ?? null
}

export function settingValueText(value: ParamValue | undefined): string {
  return typeof value === 'number' ? formatNumber(value) : settingText(value)
}

function keyOf(run: ComparedRun, settings: Settings, grouping: Grouping): string {
  if (grouping.by === 'run') return run.id
  const paths = grouping.by === 'settings' ? grouping.settings : [...settings.keys()].filter((path) => path !== 'seed')
  return JSON.stringify(paths.map((path) => [path, settingText(settings.get(path))]))
}

/** The settings that all members agree on. */
function common(members: readonly Settings[]): Settings {
  const differing = new Set(differingSettings(members))
  return new Map([...members[0]!].filter(([path]) => !differing.has(path)))
}

function settingsLabel(paths: readonly string[], settings: Settings, systems: Systems): string {
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

/** The name a person gave where it tells the runs apart, else what differs between them. */
function runLabels(runs: readonly ComparedRun[], settings: readonly Settings[], systems: Systems): string[] {
  const names = runs.map((run) => run.spec.name)
  const told = differingSettings(settings)
  return runs.map((run, i) => {
    const isUnique = names[i] !== '' && names.indexOf(names[i]!) === names.lastIndexOf(names[i]!)
    return isUnique ? names[i]! : settingsLabel(told, settings[i]!, systems) || run.id
  })
}

function systemsLabel(members: readonly ComparedRun[], systems: Systems): string {
  const ids = [...new Set(members.map((run) => run.spec.system))]
  return ids.map((id) => systems.find((system) => system.id === id)?.title ?? id).join(', ')
}

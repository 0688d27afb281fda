import type { ComparedRun } from './contract/comparisons'
import { paramText, type ParamValue } from './params'

/** Everything that says how a run was made, one entry for each field: 'params.weightDecay' → 0.005. */
export type Settings = ReadonlyMap<string, ParamValue>

/** What was asked for: the spec without the name that a person gave it. */
export function settingsOf({ spec: { name: _, ...spec } }: Pick<ComparedRun, 'spec'>): Settings {
  return new Map(leaves('', spec))
}

/** What computed the run, named apart from what was asked for: 'computed by.version'. The seed is among the latter. */
export function provenanceOf({ provenance }: Pick<ComparedRun, 'provenance'>): Settings {
  const computedBy = Object.entries(provenance ?? {}).filter(([name]) => name !== 'seed')
  return new Map(computedBy.map(([name, value]) => [`computed by.${name}`, value]))
}

function leaves(path: string, value: unknown): [string, ParamValue][] {
  if (typeof value === 'number' || typeof value === 'string') return [[path, value]]
  if (isNumbers(value)) return [[path, value]]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, JSON.stringify(value) ?? '']]
  return Object.entries(value).flatMap(([name, field]) => leaves(path === '' ? name : `${path}.${name}`, field))
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number')
}

/** A value as a key: equal texts for equal values, and only for these. */
export function settingText(value: ParamValue | undefined): string {
  return value === undefined ? '' : paramText(value)
}

/** Paths in which at least two of the settings differ: those with most values first, else as they first appear. */
export function differingSettings(all: readonly Settings[]): string[] {
  const paths = [...new Set(all.flatMap((settings) => [...settings.keys()]))]
  const counts = paths.map((path) => ({
    path,
    count: new Set(all.map((settings) => settingText(settings.get(path)))).size,
  }))
  return counts
    .filter(({ count }) => count > 1)
    .toSorted((a, b) => b.count - a.count)
    .map(({ path }) => path)
}

/** Distinct values of one setting: numbers ascending, words in their order of appearance. */
export function distinctValues(all: readonly Settings[], path: string): ParamValue[] {
  const byText = new Map<string, ParamValue>()
  for (const settings of all) {
    const value = settings.get(path)
    if (value !== undefined) byText.set(settingText(value), value)
  }
  const values = [...byText.values()]
  return values.every((value) => typeof value === 'number') ? values.toSorted((a, b) => a - b) : values
}

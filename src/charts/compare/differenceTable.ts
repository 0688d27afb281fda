import { differingSettings, provenanceOf, settingText, type Settings } from '#shared/comparisonSettings'
import type { Table } from '../toCsv'
import { settingsIn, visibleGroups, type ComparisonContext, type Systems } from './context'
import { definitionOf, settingValueText } from './runGroups'

/** Settings as rows, groups as columns. */
export interface DifferenceTable {
  readonly groups: readonly { readonly key: string; readonly label: string; readonly slot: number }[]
  readonly rows: readonly {
    readonly path: string
    /** In words, with the symbol where it has one: 'Weight decay λ'; the path where no definition names it. */
    readonly label: string
    readonly differs: boolean
    /** One text for each group; several values where its runs differ. */
    readonly cells: readonly string[]
  }[]
}

/** So many values of one group are written out. */
const MOST_VALUES = 4

/** How the shown runs were asked for and what computed them; only what differs, or everything. */
export function differenceTable(context: ComparisonContext, all: boolean): DifferenceTable {
  const groups = visibleGroups(context)
  const known = groups.map((group) =>
    group.runs.map((run): Settings => new Map([...settingsIn(context, run), ...provenanceOf(run)])),
  )
  const everyone = known.flat()
  const differing = new Set(differingSettings(everyone))
  const paths = [...new Set(everyone.flatMap((settings) => [...settings.keys()]))]
  return {
    groups: groups.map(({ key, label, slot }) => ({ key, label, slot })),
    rows: paths
      .filter((path) => all || differing.has(path))
      .map((path) => ({
        path,
        label: labelOf(path, context.systems),
        differs: differing.has(path),
        cells: known.map((members) => valuesText(members.map((settings) => settings.get(path)))),
      })),
  }
}

export function differenceNumbers({ groups, rows }: DifferenceTable): Table {
  return {
    columns: ['setting', ...groups.map((group) => group.label)],
    rows: rows.map(({ path, cells }) => [path, ...cells]),
  }
}

function labelOf(path: string, systems: Systems): string {
  const definition = definitionOf(path, systems)
  return definition ? [definition.label, definition.symbol].filter(Boolean).join(' ') : path
}

function valuesText(values: readonly Parameters<typeof settingValueText>[0][]): string {
  const distinct = [...new Map(values.map((value) => [settingText(value), value])).values()]
  const shown = distinct.slice(0, MOST_VALUES).map((value) => settingValueText(value) || '–')
  return distinct.length > MOST_VALUES ? `${shown.join(', ')} … (${distinct.length} values)` : shown.join(', ')
}

import { differingSettings, provenanceOf } from '#shared/comparisonSettings'
import type { ComparedRun } from '#shared/contract/comparisons'
import { fieldTitle } from '#shared/fieldNames'
import { fieldsOfRun, type SpecFields } from '#shared/specDifference'
import type { Table } from '../toCsv'
import { visibleGroups, type ComparisonContext } from './context'
import { schemaWith } from './runGroups'

/** Settings as rows, groups as columns. */
export interface DifferenceTable {
  readonly groups: readonly { readonly key: string; readonly label: string; readonly slot: number }[]
  readonly rows: readonly {
    readonly path: string
    /** In words, with the symbol where it has one: 'Weight decay λ'. */
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
  const known = groups.map((group) => group.runs.map(fieldsOf))
  const everyone = known.flat()
  const differing = new Set(differingSettings(everyone))
  const paths = [...new Set(everyone.flatMap((fields) => [...fields.keys()]))]
  return {
    groups: groups.map(({ key, label, slot }) => ({ key, label, slot })),
    rows: paths
      .filter((path) => all || differing.has(path))
      .map((path) => ({
        path,
        label: fieldTitle(path, schemaWith(path, context.systems)),
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

/** Every digit stays: two values that differ must not look alike. The name is no setting. */
function fieldsOf(run: ComparedRun): SpecFields {
  const asked = [...fieldsOfRun(run.spec)].filter(([path]) => path !== 'name')
  return new Map([...asked, ...Array.from(provenanceOf(run), ([path, value]) => [path, String(value)] as const)])
}

function valuesText(values: readonly (string | undefined)[]): string {
  const distinct = [...new Set(values)]
  const shown = distinct.slice(0, MOST_VALUES).map((value) => value || '–')
  return distinct.length > MOST_VALUES ? `${shown.join(', ')} … (${distinct.length} values)` : shown.join(', ')
}

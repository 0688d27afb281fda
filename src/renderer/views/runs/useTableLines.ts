import { useThrottleFn } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Cell, GroupBy, RunGroup, RunRow, SortBy } from '#shared/contract/runs'
import type { RunId } from '#shared/ids'
import { useClient } from '../../composables/useClient'
import { refreshIntervalMs } from '../../composables/useRuns'
import { PAGE_SIZE, usePages } from './usePages'

/** What the table is to show. */
export interface TableQuestion {
  readonly filter: string
  readonly binned: boolean
  readonly sort: readonly SortBy[]
  readonly columns: readonly string[]
  readonly groupBy: GroupBy | null
}

/** What came for these columns: an answer to an older question keeps its own until the new one is there. */
interface Answered {
  readonly columns: readonly string[]
}
export type TableRow = RunRow & Answered
export type TableGroup = RunGroup & Answered

/** One line of the table: a run, a group of runs, or how many runs of an open group are not listed. */
export type TableLine =
  | { readonly kind: 'run'; readonly row: TableRow; readonly inGroup: boolean }
  | { readonly kind: 'group'; readonly group: TableGroup; readonly open: boolean }
  | { readonly kind: 'rest'; readonly runs: number }

interface OpenGroup {
  readonly key: readonly Cell[]
  readonly rows: readonly TableRow[]
}

/** An open group lists so many runs; a filter shows the others. */
const MOST_IN_GROUP = 500
/** While runs measure, the lines in sight are asked for again at most this often. */
const REFRESH_MS = 1000

/** The lines of the table, loaded as they come into sight and kept up to date. */
export function useTableLines(question: Ref<TableQuestion>) {
  const { request, on, connection } = useClient()
  const choice = () => ({ filter: question.value.filter, binned: question.value.binned })

  const runs = usePages<TableRow>(async (offset, limit) => {
    const { sort, columns } = question.value
    const { total, rows } = await request('runs.query', { ...choice(), group: null, sort, columns, offset, limit })
    return { total, items: rows.map((row) => ({ ...row, columns })) }
  })
  const groups = usePages<TableGroup>(async (offset, limit) => {
    const { sort, columns, groupBy } = question.value
    if (groupBy === null) return { total: 0, items: [] }
    const page = await request('runs.groups', { ...choice(), group: null, by: groupBy, sort, columns, offset, limit })
    return { total: page.total, items: page.groups.map((group) => ({ ...group, columns })) }
  })
  /** The groups that are open with their runs. */
  const opened = shallowRef<readonly OpenGroup[]>([])
  const openGroup = ({ key }: RunGroup) => opened.value.find((open) => isSame(open.key, key)) ?? null

  const isGrouped = computed(() => question.value.groupBy !== null)
  const pages = computed(() => (isGrouped.value ? groups : runs))

  /** Where the open groups are that have come into sight, in the order of the table. */
  const openPlaces = computed(() => {
    const found: { place: number; group: TableGroup; rows: readonly TableRow[]; lines: number }[] = []
    for (const [page, items] of groups.loaded.value?.pages ?? []) {
      items.forEach((group, i) => {
        const rows = openGroup(group)?.rows
        if (!rows) return
        const lines = rows.length + (group.runs > rows.length ? 1 : 0)
        found.push({ place: page * PAGE_SIZE + i, group, rows, lines })
      })
    }
    return found.sort((a, b) => a.place - b.place)
  })
  const count = computed(() => {
    const total = pages.value.loaded.value?.total ?? 0
    return isGrouped.value ? total + openPlaces.value.reduce((sum, { lines }) => sum + lines, 0) : total
  })

  /** Null while it is on its way. */
  function lineAt(index: number): TableLine | null {
    if (!isGrouped.value) {
      const row = runs.at(index)
      return row && { kind: 'run', row, inGroup: false }
    }
    let inserted = 0
    for (const { place, group, rows, lines } of openPlaces.value) {
      const within = index - inserted - place - 1
      if (within < 0) break
      const row = rows[within]
      if (row) return { kind: 'run', row, inGroup: true }
      if (within < lines) return { kind: 'rest', runs: group.runs - rows.length }
      inserted += lines
    }
    const group = groups.at(index - inserted)
    return group && { kind: 'group', group, open: openGroup(group) !== null }
  }

  function rowsOf(key: readonly Cell[]): Promise<readonly TableRow[]> {
    const { sort, columns, groupBy } = question.value
    const group = groupBy && { by: groupBy, key }
    const page = { ...choice(), group, sort, columns, offset: 0, limit: MOST_IN_GROUP }
    return request('runs.query', page).then(({ rows }) => rows.map((row) => ({ ...row, columns })))
  }

  async function toggleGroup(group: RunGroup): Promise<void> {
    const { key } = group
    const isOpen = openGroup(group) !== null
    const rows = isOpen ? [] : await rowsOf(key)
    const others = opened.value.filter((open) => !isSame(open.key, key))
    opened.value = isOpen ? others : [...others, { key, rows }]
  }

  /** Every run from one line to another, loaded or not; of groups those that are listed. */
  async function idsBetween(first: number, last: number): Promise<readonly RunId[]> {
    const [from, to] = [Math.min(first, last), Math.max(first, last)]
    const lines = Array.from({ length: to - from + 1 }, (_, i) => lineAt(from + i))
    if (!isGrouped.value && lines.includes(null)) {
      const { sort } = question.value
      return request('runs.ids', { ...choice(), group: null, sort, offset: from, limit: to - from + 1 })
    }
    return lines.flatMap((line) => (line?.kind === 'run' ? [line.row.id] : []))
  }

  function idsOf({ key, runs: limit }: RunGroup): Promise<readonly RunId[]> {
    const { sort, groupBy } = question.value
    const group = groupBy && { by: groupBy, key }
    return request('runs.ids', { ...choice(), group, sort, offset: 0, limit })
  }

  function idsOfAll(): Promise<readonly RunId[]> {
    const { sort } = question.value
    return request('runs.ids', { ...choice(), group: null, sort, offset: 0, limit: 50_000 })
  }

  async function reload(): Promise<void> {
    // Without columns nobody knows yet what there is to show.
    if (connection.value !== 'open' || question.value.columns.length === 0) return
    const reopened = Promise.all(opened.value.map(async ({ key }) => ({ key, rows: await rowsOf(key) })))
    await pages.value.reload()
    opened.value = await reopened
  }

  const reloadSoon = useThrottleFn(reload, refreshIntervalMs, true)
  const reloadLater = useThrottleFn(reload, REFRESH_MS, true)
  watch(
    [question, connection],
    ([next], [before]) => {
      if (JSON.stringify(next.groupBy) !== JSON.stringify(before?.groupBy)) opened.value = []
      void reload()
    },
    { immediate: true },
  )
  onScopeDispose(on('run.changed', () => void reloadSoon()))
  onScopeDispose(on('run.measured', () => void reloadLater()))

  return {
    count,
    isGrouped,
    /** Runs, or groups where they are grouped; null before the first answer. */
    total: computed(() => pages.value.loaded.value?.total ?? null),
    error: computed(() => pages.value.error.value),
    pending: computed(() => pages.value.pending.value),
    lineAt,
    show: (from: number, to: number) => pages.value.show(from, to),
    toggleGroup,
    idsBetween,
    idsOf,
    idsOfAll,
    reload,
  }
}

function isSame(a: readonly Cell[], b: readonly Cell[]): boolean {
  return a.every((cell, i) => Object.is(cell, b[i]))
}

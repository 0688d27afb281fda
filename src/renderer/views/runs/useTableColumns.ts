import {
  columnPinningFeature,
  columnResizingFeature,
  columnSizingFeature,
  functionalUpdate,
  tableFeatures,
  useTable,
  type ColumnDef,
  type ColumnSizingState,
  type Updater,
} from '@tanstack/vue-table'
import { computed, ref, type Ref } from 'vue'
import type { ColumnAct } from './ColumnHeader.vue'
import type { RunColumn } from './columns'
import { useTableLayout } from './layout'
import type { TableRow } from './useTableLines'

const features = tableFeatures({ columnPinningFeature, columnResizingFeature, columnSizingFeature })
/** In px: the checkbox and the star before the first column. */
export const LEAD_WIDTH = 56
const NARROWEST = 48

/** The columns as they stand: order, widths, what is pinned and sorted by, and what a header's menu does to them. */
export function useTableColumns(columns: Ref<readonly RunColumn[]>) {
  const layouts = useTableLayout()

  /** Pinned ones first, each part in the order of the layout. */
  const ordered = computed(() => {
    const isPinned = ({ id }: RunColumn) => layouts.layout.pinned.includes(id)
    return [...columns.value.filter(isPinned), ...columns.value.filter((column) => !isPinned(column))]
  })
  const definitions = computed((): ColumnDef<typeof features, TableRow>[] =>
    ordered.value.map(({ id, title, width }) => ({
      id,
      header: title,
      size: width,
      minSize: NARROWEST,
      maxSize: 1200,
    })),
  )
  const state = computed(() => ({
    columnSizing: { ...layouts.layout.sizes },
    columnPinning: { start: [...layouts.layout.pinned], end: [] },
  }))
  function onColumnSizingChange(updater: Updater<ColumnSizingState>): void {
    layouts.change({ sizes: functionalUpdate(updater, { ...layouts.layout.sizes }) })
  }
  const table = useTable<typeof features, TableRow>({
    features,
    columns: definitions,
    data: [],
    state,
    columnResizeMode: 'onChange',
    onColumnSizingChange,
  })
  const widthOf = (id: string) => table.getColumn(id)?.getSize() ?? 100
  /** The headers with their columns; while columns change, a header may be left over for a moment. */
  const headers = computed(() =>
    table.getFlatHeaders().flatMap((header) => {
      const column = ordered.value.find(({ id }) => id === header.id)
      return column ? [{ header, column }] : []
    }),
  )
  /** Where pinned columns stick, in px from the left. */
  const stick = computed((): Record<string, number> => {
    let left = LEAD_WIDTH
    const places: Record<string, number> = {}
    for (const { id } of ordered.value) {
      if (!layouts.layout.pinned.includes(id)) break
      places[id] = left
      left += widthOf(id)
    }
    return places
  })

  function sortedAs(id: string): 'asc' | 'desc' | false {
    const sort = layouts.layout.sort.find(({ column }) => column === id)
    return sort ? (sort.descending ? 'desc' : 'asc') : false
  }
  const ariaSorts = { asc: 'ascending', desc: 'descending' } as const
  function ariaSort(id: string): 'ascending' | 'descending' | 'none' {
    const sorted = sortedAs(id)
    return sorted ? ariaSorts[sorted] : 'none'
  }
  function sortBy(column: string, descending: boolean): void {
    layouts.change({ sort: [{ column, descending }] })
  }
  function move(id: string, to: number): void {
    const ids = ordered.value.map((column) => column.id).filter((other) => other !== id)
    layouts.change({ columns: ids.toSpliced(Math.max(0, to), 0, id) })
  }
  function actOn(column: RunColumn, what: ColumnAct): void {
    const { id } = column
    const { pinned, sizes } = layouts.layout
    const place = ordered.value.indexOf(column)
    const resize = (by: number) => layouts.change({ sizes: { ...sizes, [id]: Math.max(NARROWEST, widthOf(id) + by) } })
    const acts: Readonly<Record<ColumnAct, () => void>> = {
      ascending: () => sortBy(id, false),
      descending: () => sortBy(id, true),
      group: () => layouts.change({ groupBy: [id] }),
      pin: () =>
        layouts.change({ pinned: pinned.includes(id) ? pinned.filter((other) => other !== id) : [...pinned, id] }),
      left: () => move(id, place - 1),
      right: () => move(id, place + 1),
      wider: () => resize(24),
      narrower: () => resize(-24),
      hide: () => layouts.change({ columns: columns.value.map((other) => other.id).filter((other) => other !== id) }),
    }
    acts[what]()
  }

  /** The column whose header is being dragged. */
  const dragged = ref<string | null>(null)
  function drop(on: RunColumn): void {
    const id = dragged.value
    dragged.value = null
    if (id !== null && id !== on.id) move(id, ordered.value.indexOf(on))
  }

  return {
    ordered,
    headers,
    stick,
    widthOf,
    totalWidth: computed(() => ordered.value.reduce((sum, { id }) => sum + widthOf(id), LEAD_WIDTH)),
    sortedAs,
    ariaSort,
    toggleSort: (id: string) => sortBy(id, sortedAs(id) === 'asc'),
    actOn,
    dragged,
    drop,
  }
}

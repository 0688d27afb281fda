import { defineStore } from 'pinia'
import { computed } from 'vue'
import { z } from 'zod'
import type { GroupBy, SortBy } from '#shared/contract/runs'
import { useKept } from '../../composables/useKept'

/** How the table stands: which columns in which order, how wide, what they are sorted and grouped by. */
export interface TableLayout {
  /** Null: the usual ones, with the parameters that tell the runs of the project apart. */
  readonly columns: readonly string[] | null
  /** Those that stay at the left while the others scroll. */
  readonly pinned: readonly string[]
  /** In px, where a person changed it. */
  readonly sizes: Readonly<Record<string, number>>
  readonly sort: readonly SortBy[]
  readonly groupBy: GroupBy | null
}

interface Stored {
  readonly current: TableLayout
  readonly named: Readonly<Record<string, TableLayout>>
}

const column = z.string().max(200)
const layoutSchema: z.ZodType<TableLayout> = z.object({
  columns: z.array(column).max(50).nullable(),
  pinned: z.array(column).max(50),
  sizes: z.record(column, z.number().min(40).max(2000)),
  sort: z.array(z.object({ column, descending: z.boolean() })).max(4),
  groupBy: z.union([z.literal('setting'), z.array(column).min(1).max(4)]).nullable(),
})
const storedSchema: z.ZodType<Stored> = z.object({
  current: layoutSchema,
  named: z.record(z.string().max(60), layoutSchema),
})

const usual: TableLayout = {
  columns: null,
  pinned: ['name'],
  sizes: {},
  sort: [{ column: 'created', descending: true }],
  groupBy: null,
}
const fresh: Stored = { current: usual, named: {} }

/** The layout of the table of runs and those that were saved under a name; kept on this machine. */
export const useTableLayout = defineStore('runs.layout', () => {
  const stored = useKept('runs', storedSchema, fresh)
  const names = computed(() => Object.keys(stored.value.named).sort())

  function change(part: Partial<TableLayout>): void {
    stored.value = { ...stored.value, current: { ...stored.value.current, ...part } }
  }
  function save(name: string): void {
    stored.value = { ...stored.value, named: { ...stored.value.named, [name]: stored.value.current } }
  }
  /** @param name null: the usual table */
  function use(name: string | null): void {
    stored.value = { ...stored.value, current: name === null ? usual : (stored.value.named[name] ?? usual) }
  }
  function remove(name: string): void {
    const rest = Object.entries(stored.value.named).filter(([other]) => other !== name)
    stored.value = { ...stored.value, named: Object.fromEntries(rest) }
  }
  return { layout: computed(() => stored.value.current), names, change, save, use, remove }
})

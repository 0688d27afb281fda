import { shallowRef } from 'vue'
import { LabError } from '#shared/errors'

export interface Page<T> {
  readonly total: number
  readonly items: readonly T[]
}

interface Loaded<T> {
  readonly total: number
  readonly pages: ReadonlyMap<number, readonly T[]>
}

/** Rows that arrive a page at a time. */
export const PAGE_SIZE = 200
/** Pages kept around what is in sight; more are forgotten, so that long scrolling needs no more memory than short. */
const KEPT = 24

/**
 * A long list of which only what is in sight is asked for, a page ahead in both directions.
 * After `reload` the old rows stay until the new ones are there, so that nothing flickers while runs train.
 */
export function usePages<T>(load: (offset: number, limit: number) => Promise<Page<T>>) {
  const loaded = shallowRef<Loaded<T> | null>(null)
  const error = shallowRef<LabError | null>(null)
  const pending = shallowRef(false)
  /** Answers to an older question are dropped. */
  let question = 0
  let wanted = { first: 0, last: 0 }
  const asked = new Set<number>()

  function at(index: number): T | null {
    return loaded.value?.pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE] ?? null
  }

  /** Says which rows are in sight. */
  function show(from: number, to: number): void {
    wanted = { first: Math.max(0, Math.floor(from / PAGE_SIZE)), last: Math.floor(Math.max(from, to) / PAGE_SIZE) }
    if (!loaded.value) return
    const mostPages = Math.ceil(loaded.value.total / PAGE_SIZE)
    for (let page = Math.max(0, wanted.first - 1); page <= wanted.last + 1 && page < mostPages; page++) {
      if (!asked.has(page)) void add(page, question)
    }
  }

  async function add(page: number, of: number): Promise<void> {
    asked.add(page)
    try {
      const { total, items } = await load(page * PAGE_SIZE, PAGE_SIZE)
      if (of !== question) return
      const near = [...(loaded.value?.pages ?? [])].filter(([known]) => Math.abs(known - page) <= KEPT / 2)
      for (const known of asked) if (Math.abs(known - page) > KEPT / 2) asked.delete(known)
      loaded.value = { total, pages: new Map([...near, [page, items]]) }
    } catch (thrown) {
      if (of === question) [error.value] = [LabError.from(thrown), asked.delete(page)]
    }
  }

  /** Asks for what is in sight again, because the question or the answer has changed. */
  async function reload(): Promise<void> {
    const of = ++question
    pending.value = true
    const { first, last } = wanted
    const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i)
    try {
      const pages = await Promise.all(numbers.map((page) => load(page * PAGE_SIZE, PAGE_SIZE)))
      if (of !== question) return
      asked.clear()
      for (const page of numbers) asked.add(page)
      const total = pages[0]?.total ?? 0
      loaded.value = { total, pages: new Map(numbers.map((page, i) => [page, pages[i]?.items ?? []])) }
      error.value = null
      show(first * PAGE_SIZE, last * PAGE_SIZE)
    } catch (thrown) {
      if (of === question) error.value = LabError.from(thrown)
    } finally {
      if (of === question) pending.value = false
    }
  }

  return { loaded, error, pending, at, show, reload }
}

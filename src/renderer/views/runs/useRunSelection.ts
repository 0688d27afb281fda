import { computed, shallowRef } from 'vue'
import type { RunId } from '#shared/ids'

/** The runs that were chosen, on whatever page they stand, and the line from which a range is drawn. */
export function useRunSelection() {
  const ids = shallowRef<ReadonlySet<RunId>>(new Set())
  const anchor = shallowRef(0)
  /** What was chosen before the range that is being drawn: the range may shrink again. */
  let before: ReadonlySet<RunId> = new Set()

  function set(next: Iterable<RunId>): void {
    ids.value = new Set(next)
    before = ids.value
  }
  function toggle(runIds: readonly RunId[], line: number): void {
    const areChosen = runIds.every((id) => ids.value.has(id))
    const next = new Set(ids.value)
    for (const id of runIds) {
      if (areChosen) next.delete(id)
      else next.add(id)
    }
    anchor.value = line
    set(next)
  }
  /** Adds the range from the anchor, in place of the range drawn from it before. */
  function extend(range: readonly RunId[]): void {
    ids.value = new Set([...before, ...range])
  }
  return { ids, count: computed(() => ids.value.size), anchor, set, toggle, extend, clear: () => set([]) }
}

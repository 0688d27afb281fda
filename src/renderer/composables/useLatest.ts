import { shallowRef } from 'vue'
import { LabError } from '#shared/errors'

/**
 * The newest answer of a repeated question. Replies may arrive out of order: only the one asked for last counts.
 * A failed refresh keeps the last value beside the error, so that a view can say what was kept.
 */
export function useLatest<T>(load: () => Promise<T>) {
  const value = shallowRef<T | null>(null)
  const error = shallowRef<LabError | null>(null)
  const pending = shallowRef(false)
  let newest = 0

  async function refresh(): Promise<void> {
    const ticket = ++newest
    pending.value = true
    try {
      const next = await load()
      if (ticket === newest) [value.value, error.value] = [next, null]
    } catch (thrown) {
      if (ticket === newest) error.value = LabError.from(thrown)
    } finally {
      if (ticket === newest) pending.value = false
    }
  }
  /** Forgets the value and whatever is still on its way. */
  function clear(): void {
    newest++
    value.value = null
    error.value = null
    pending.value = false
  }
  return { value, error, pending, refresh, clear }
}

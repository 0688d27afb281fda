import { watchDebounced } from '@vueuse/core'
import { computed } from 'vue'
import { quoteIfNeeded } from '#shared/filter/tokens'
import { useClient } from './useClient'
import { useLatest } from './useLatest'

const debounceMs = 100

/** The newest runs in whose name, id, system, tags or note every word stands. */
export function useRunSearch(search: () => string, limit: number) {
  const { request } = useClient()
  const { value, refresh } = useLatest(async () => {
    const filter = search().trim().split(/\s+/).filter(Boolean).map(quoteIfNeeded).join(' ')
    const choice = { filter, binned: false, group: null }
    return request('runs.query', { ...choice, sort: [], columns: [], offset: 0, limit })
  })
  watchDebounced(search, refresh, { debounce: debounceMs, immediate: true })
  return computed(() => value.value?.rows ?? [])
}

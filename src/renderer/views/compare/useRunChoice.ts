import { watchDebounced } from '@vueuse/core'
import { computed, type Ref } from 'vue'
import { MOST_SUMMARIES } from '#shared/contract/runs'
import { quoteIfNeeded } from '#shared/filter/tokens'
import { useClient } from '../../composables/useClient'
import { useLatest } from '../../composables/useLatest'

const mostListed = MOST_SUMMARIES
const debounceMs = 100

/** The runs of the project in whose words every word of the filter stands, newest first. */
export function useRunChoice(filter: Ref<string>) {
  const { request } = useClient()
  const { value, refresh } = useLatest(async () => {
    const words = filter.value.trim().split(/\s+/).filter(Boolean).map(quoteIfNeeded).join(' ')
    const choice = { filter: words, binned: false, group: null, sort: [], columns: [], offset: 0 }
    const { total, rows } = await request('runs.query', { ...choice, limit: mostListed })
    return { total, listed: await request('runs.summaries', { runIds: rows.map(({ id }) => id) }) }
  })
  watchDebounced(filter, refresh, { debounce: debounceMs, immediate: true })
  return {
    listed: computed(() => value.value?.listed ?? []),
    total: computed(() => value.value?.total ?? 0),
  }
}

import { watchDebounced } from '@vueuse/core'
import { computed, watch, type Ref } from 'vue'
import { MOST_SUMMARIES } from '#shared/contract/runs'
import { useClient } from '../../composables/useClient'
import { useLatest } from '../../composables/useLatest'

const mostListed = MOST_SUMMARIES
const debounceMs = 100

/**
 * The runs of the project that a filter line keeps, newest first, asked for while someone looks; the last answer stays
 * while a line is not one yet.
 */
export function useRunChoice(filter: Ref<string>, open: Ref<boolean>) {
  const { request } = useClient()
  const { value, error, refresh } = useLatest(async () => {
    const choice = { filter: filter.value.trim(), binned: false, group: null, sort: [], columns: [], offset: 0 }
    const { total, rows } = await request('runs.query', { ...choice, limit: mostListed })
    return { total, listed: await request('runs.summaries', { runIds: rows.map(({ id }) => id) }) }
  })
  watch(open, (isOpen) => isOpen && void refresh(), { immediate: true })
  watchDebounced(filter, () => open.value && refresh(), { debounce: debounceMs })
  return {
    error,
    listed: computed(() => value.value?.listed ?? []),
    total: computed(() => value.value?.total ?? 0),
  }
}

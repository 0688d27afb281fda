import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import { useClient } from '../../composables/useClient'
import { useLatest } from '../../composables/useLatest'

const mostDiffering = 4

/** What filters and columns may name, and the parameters that tell the runs of the project apart. */
export const useFields = defineStore('runs.fields', () => {
  const { request, connection } = useClient()
  const { value, error, refresh } = useLatest(async () => {
    const limit = mostDiffering
    const [fields, differing] = await Promise.all([request('runs.fields', null), request('runs.differing', { limit })])
    return { fields, differing }
  })
  watch(connection, (state) => state === 'open' && void refresh(), { immediate: true })
  return {
    fields: computed(() => value.value?.fields ?? null),
    differing: computed(() => value.value?.differing ?? []),
    error,
    refresh,
  }
})

import { watchDebounced } from '@vueuse/core'
import { computed, shallowRef, watch, type Ref } from 'vue'
import type { RunSpecInput } from '#shared/spec'
import { useClient } from './useClient'
import { useLatest } from './useLatest'

const debounceMs = 200

/** The service's live answer to a draft; null where there is no acceptable draft to ask about. */
export function useSpecPreview(spec: Ref<RunSpecInput | null>) {
  const { request, connection } = useClient()
  // Shallow: a proxy around the spec would be another object, and Electron cannot send one.
  const asked = shallowRef(spec.value)
  watchDebounced(spec, (next) => (asked.value = next), { debounce: debounceMs })
  const answer = useLatest(async () => {
    const shown = asked.value
    return shown ? { spec: shown, preview: await request('spec.preview', { spec: shown }) } : null
  })
  watch([asked, connection], () => connection.value === 'open' && void answer.refresh(), { immediate: true })
  return {
    preview: computed(() => answer.value.value?.preview ?? null),
    /** Whether the answer is to what stands there now. */
    isCurrent: computed(() => answer.value.value?.spec === spec.value),
    error: answer.error,
    refresh: answer.refresh,
  }
}

import { computed, onScopeDispose, watch, type Ref } from 'vue'
import type { RunId } from '#shared/ids'
import { useClient } from './useClient'
import { useLatest } from './useLatest'

/** What is known of one run in a line; null until it is there. */
export function useRunSummary(runId: Ref<RunId | null>) {
  const { request, on, connection } = useClient()
  const { value, refresh } = useLatest(async () => {
    const id = runId.value
    const [found] = id ? await request('runs.summaries', { runIds: [id] }) : []
    return found ?? null
  })
  watch([runId, connection], () => connection.value === 'open' && void refresh(), { immediate: true })
  onScopeDispose(on('run.changed', (event) => event.runId === runId.value && void refresh()))
  return computed(() => (value.value?.id === runId.value ? value.value : null))
}

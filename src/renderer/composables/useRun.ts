import { useThrottleFn } from '@vueuse/core'
import { onScopeDispose, watch, type Ref } from 'vue'
import type { RunId } from '#shared/ids'
import { useClient } from './useClient'
import { useLatest } from './useLatest'
import { refreshIntervalMs } from './useRuns'

/** One run with all that is known of it, asked for again whenever it changes or measures. */
export function useRun(runId: Ref<RunId>) {
  const { request, on, connection } = useClient()
  const run = useLatest(() => request('run.get', { runId: runId.value }))
  const refreshSoon = useThrottleFn(run.refresh, refreshIntervalMs, true)
  const concerned = (event: { readonly runId: RunId }) => {
    if (event.runId === runId.value) void refreshSoon()
  }
  watch([runId, connection], () => connection.value === 'open' && void run.refresh(), { immediate: true })
  onScopeDispose(on('run.changed', concerned))
  onScopeDispose(on('run.measured', concerned))
  return run
}

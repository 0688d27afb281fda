import { useThrottleFn } from '@vueuse/core'
import { onScopeDispose, watch, type Ref } from 'vue'
import type { RunId } from '#shared/ids'
import { useClient } from './useClient'
import { useLatest } from './useLatest'
import { refreshIntervalMs } from './useRuns'

/** The analyses of a run, those of matrices from files, and the one that is open, asked for again when one changes. */
export function useAnalyses(runId: Ref<RunId>, openId: Ref<number | null>) {
  const { request, on, connection } = useClient()
  const choices = useLatest(() => request('analysis.choices', { runId: runId.value }))
  const list = useLatest(async () => {
    const [ofRun, ofFiles] = await Promise.all([
      request('analyses.list', { runId: runId.value }),
      request('analyses.list', { runId: null }),
    ])
    return { ofRun, ofFiles }
  })
  const open = useLatest(async () => {
    if (openId.value === null) return null
    return request('analysis.get', { analysisId: openId.value })
  })
  const refreshSoon = useThrottleFn(() => void Promise.all([list.refresh(), open.refresh()]), refreshIntervalMs, true)
  watch(
    [runId, connection],
    () => connection.value === 'open' && void Promise.all([choices.refresh(), list.refresh()]),
    { immediate: true },
  )
  watch([openId, connection], () => connection.value === 'open' && void open.refresh(), { immediate: true })
  onScopeDispose(
    on('analysis.changed', (event) => (event.runId === null || event.runId === runId.value) && void refreshSoon()),
  )
  return { choices, list, open }
}

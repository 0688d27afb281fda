import { useThrottleFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { RunId } from '#shared/ids'
import { useClient } from './useClient'
import { useLatest } from './useLatest'
import { useNotices } from './useNotices'
import { useUndo } from './useUndo'
import { words } from './words'

/** At most this often does a stream of events cause a new request. */
export const refreshIntervalMs = 300
/** So many runs that wait, and as many that ended lately, are kept at hand. */
const atHand = 50

/** The runs that run, wait next or ended lately, kept up to date, with what can be done to any run. */
export const useRuns = defineStore('runs', () => {
  const client = useClient()
  const notices = useNotices()
  const undo = useUndo()
  const recent = useLatest(() => client.request('runs.recent', { limit: atHand }))
  const refreshSoon = useThrottleFn(recent.refresh, refreshIntervalMs, true)

  watch(client.connection, (state) => state === 'open' && void recent.refresh(), { immediate: true })
  client.on('run.changed', () => void refreshSoon())
  client.on('run.measured', () => void refreshSoon())

  const active = computed(() => [...(recent.value.value?.running ?? []), ...(recent.value.value?.waiting ?? [])])
  const runs = computed(() => recent.value.value && [...active.value, ...recent.value.value.ended])
  /** Of all that run or wait, at hand or not. */
  const activeCount = computed(() => {
    const counts = recent.value.value?.counts
    return counts ? counts.running + counts.pending : 0
  })

  const cancel = (runId: RunId) => notices.guard(() => client.request('run.cancel', { runId }).then(recent.refresh))

  const repeat = (runId: RunId) =>
    notices.guard(async () => {
      const repeated = await client.request('run.repeat', { runId })
      await recent.refresh()
      notices.show({ text: words.runs.repeated(repeated.runId) })
    })

  const resume = (runId: RunId) => notices.guard(() => client.request('run.resume', { runId }).then(recent.refresh))

  const bin = (runIds: readonly RunId[]) =>
    notices.guard(async () => {
      const { binned, active } = await client.request('runs.bin', { runIds })
      await recent.refresh()
      const left = words.runs.notBinned(active)
      if (binned.length === 0) return notices.show({ text: words.runs.nothingBinned + left })
      undo.say(words.runs.binned(binned) + left, () => unbin(binned))
    })

  async function unbin(runIds: readonly RunId[]): Promise<void> {
    await client.request('runs.restore', { runIds })
    await recent.refresh()
  }
  const restore = (runIds: readonly RunId[]) => notices.guard(() => unbin(runIds))

  return {
    runs,
    error: recent.error,
    active,
    activeCount,
    refresh: recent.refresh,
    cancel,
    resume,
    repeat,
    bin,
    restore,
  }
})

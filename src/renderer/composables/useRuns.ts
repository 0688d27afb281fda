import { useThrottleFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { RunId } from '#shared/ids'
import { useClient } from './useClient'
import { useLatest } from './useLatest'
import { useNotices } from './useNotices'
import { useUndo } from './useUndo'

/** At most this often does a stream of events cause a new request. */
export const refreshIntervalMs = 300

/** Every run of the project, kept up to date, with what can be done to one. */
export const useRuns = defineStore('runs', () => {
  const client = useClient()
  const notices = useNotices()
  const undo = useUndo()
  const list = useLatest(() => client.request('runs.list', null))
  const refreshSoon = useThrottleFn(list.refresh, refreshIntervalMs, true)

  watch(client.connection, (state) => state === 'open' && void list.refresh(), { immediate: true })
  client.on('run.changed', () => void refreshSoon())
  client.on('run.measured', () => void refreshSoon())

  const active = computed(() =>
    (list.value.value ?? []).filter((run) => run.status === 'running' || run.status === 'pending'),
  )

  const cancel = (runId: RunId) => notices.guard(() => client.request('run.cancel', { runId }).then(list.refresh))

  const repeat = (runId: RunId) =>
    notices.guard(async () => {
      const repeated = await client.request('run.repeat', { runId })
      await list.refresh()
      notices.show({ text: `Queued again as ${repeated.runId}.` })
    })

  const resume = (runId: RunId) => notices.guard(() => client.request('run.resume', { runId }).then(list.refresh))

  const bin = (runIds: readonly RunId[]) =>
    notices.guard(async () => {
      for (const runId of runIds) await client.request('run.bin', { runId })
      await list.refresh()
      const what = runIds.length === 1 ? runIds[0] : `${runIds.length} runs`
      undo.say(`Moved ${what} to the bin.`, () => restore(runIds))
    })

  async function restore(runIds: readonly RunId[]): Promise<void> {
    for (const runId of runIds) await client.request('run.restore', { runId })
    await list.refresh()
  }

  return { runs: list.value, error: list.error, active, refresh: list.refresh, cancel, resume, repeat, bin }
})

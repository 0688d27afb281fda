import { useThrottleFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { RunSummary } from '#shared/contract/index'
import type { Priority, QueueEntry, QueueTarget, SweepSummary } from '#shared/contract/sweeps'
import type { RunId, SweepId } from '#shared/ids'
import { useClient } from './useClient'
import { useLatest } from './useLatest'
import { useNotices } from './useNotices'
import { useRuns } from './useRuns'
import { useUndo } from './useUndo'
import { words } from './words'

/** Progress is asked for at most this often, the order of what waits half as often. */
const progressIntervalMs = 500
const orderIntervalMs = 1000
/** Of the runs that train as one program, so many are told apart. */
const shownRunning = 50
/** Waiting runs of one request. */
const pageSize = 200

/** The queue and the sweeps in it, kept up to date, with what can be done to them. */
export const useQueue = defineStore('queue', () => {
  const client = useClient()
  const notices = useNotices()
  const undo = useUndo()
  const runs = useRuns()

  const sweepList = useLatest(() => client.request('sweep.list', null))
  // Few of those that wait: this is asked for often, for what runs, the slots and the time left.
  const state = useLatest(() => client.request('queue.list', { offset: 0, limit: shownRunning }))
  const pages = ref(1)
  const waitingList = useLatest(async (): Promise<readonly QueueEntry[]> => {
    const loaded: QueueEntry[] = []
    for (let page = 0; page < pages.value; page++) {
      const { waiting, waitingCount } = await client.request('queue.list', { offset: page * pageSize, limit: pageSize })
      loaded.push(...waiting)
      if (loaded.length >= waitingCount) break
    }
    return loaded
  })

  const refreshProgress = useThrottleFn(
    () => Promise.all([sweepList.refresh(), state.refresh()]),
    progressIntervalMs,
    true,
  )
  const refreshOrder = useThrottleFn(waitingList.refresh, orderIntervalMs, true)
  async function refresh(): Promise<void> {
    await Promise.all([sweepList.refresh(), state.refresh(), waitingList.refresh(), runs.refresh()])
  }
  watch(client.connection, (connection) => connection === 'open' && void refresh(), { immediate: true })
  client.on('sweep.changed', () => void refreshProgress())
  client.on('run.measured', () => void refreshProgress())
  client.on('run.changed', () => {
    void refreshProgress()
    void refreshOrder()
  })
  client.on('queue.changed', () => {
    void refreshProgress()
    void refreshOrder()
  })

  const waitingCount = computed(() => state.value.value?.waitingCount ?? 0)
  /** Of everything that trains or waits: how many runs, and the steps of sweeps that are not at their end. */
  const total = computed(() => {
    const open = (sweepList.value.value ?? []).filter(({ counts }) => counts.pending + counts.running > 0)
    const own = [...(state.value.value?.running ?? []), ...(waitingList.value.value ?? [])].filter(
      ({ sweepId }) => sweepId === null,
    )
    const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0)
    const ownRunning = (state.value.value?.running ?? []).filter(({ sweepId }) => sweepId === null).length
    return {
      training: ownRunning + sum(open.map(({ counts }) => counts.running)),
      waiting: waitingCount.value,
      done: sum(own.map(({ run }) => run.step)) + sum(open.map(({ steps }) => steps.done)),
      of: sum(own.map(({ run }) => run.steps)) + sum(open.map(({ steps }) => steps.of)),
    }
  })
  /** More of those that wait, when the last of those that are known comes into sight. */
  function loadMore(): void {
    if ((waitingList.value.value?.length ?? 0) >= waitingCount.value) return
    pages.value++
    void waitingList.refresh()
  }

  const act = (request: () => Promise<unknown>) => notices.guard(() => request().then(refresh))
  const setPaused = (paused: boolean) => act(() => client.request(paused ? 'queue.pause' : 'queue.resume', null))
  const setSweepPaused = ({ id }: SweepSummary, paused: boolean) =>
    act(() => client.request(paused ? 'sweep.pause' : 'sweep.resume', { sweepId: id }))
  const setHeld = (runId: RunId, held: boolean) =>
    act(() => client.request(held ? 'queue.hold' : 'queue.release', { runIds: [runId] }))
  const cancelSweep = (sweepId: SweepId) => act(() => client.request('sweep.cancel', { sweepId }))
  const retryFailed = (sweepId: SweepId) =>
    act(async () => {
      const { runs: queued } = await client.request('sweep.retryFailed', { sweepId })
      notices.show({ text: words.queue.retried(queued) })
    })

  /** A cancelled run goes on from its last stored state when that is taken back. */
  const cancelRun = (run: RunSummary) =>
    act(async () => {
      await client.request('run.cancel', { runId: run.id })
      undo.say(words.queue.cancelled(run.name || run.id), async () => {
        await client.request('run.resume', { runId: run.id })
        await refresh()
      })
    })

  /** @param from where it stood: the run it stood before, null for the end */
  const move = (target: QueueTarget, before: RunId | null, from: RunId | null) =>
    act(async () => {
      await client.request('queue.move', { target, before })
      undo.say(words.queue.moved, async () => {
        await client.request('queue.move', { target, before: from })
        await refresh()
      })
    })
  const prioritise = (target: QueueTarget, priority: Priority, from: Priority) =>
    act(async () => {
      await client.request('queue.prioritise', { target, priority })
      undo.say(words.queue.priority, async () => {
        await client.request('queue.prioritise', { target, priority: from })
        await refresh()
      })
    })

  return {
    sweeps: sweepList.value,
    state: state.value,
    waiting: waitingList.value,
    total,
    error: computed(() => sweepList.error.value ?? state.error.value ?? waitingList.error.value),
    refresh,
    loadMore,
    setPaused,
    setSweepPaused,
    setHeld,
    cancelSweep,
    cancelRun,
    retryFailed,
    move,
    prioritise,
  }
})

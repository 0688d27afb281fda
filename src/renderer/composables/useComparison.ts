import { useThrottleFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { z } from 'zod'
import { comparisonSchema, emptyComparison, type Comparison, type Panel } from '#shared/comparison'
import type { RunId } from '#shared/ids'
import { useClient } from './useClient'
import { useKept } from './useKept'
import { useLatest } from './useLatest'
import { useNotices } from './useNotices'
import { refreshIntervalMs } from './useRuns'
import { useUndo } from './useUndo'
import { words } from './words'

/** What stands in Compare: the work itself, and the saved comparison it came from. */
const workSchema = z.object({
  name: z.string().nullable(),
  comparison: comparisonSchema,
  /** As it was saved, to see whether something has changed since. */
  saved: comparisonSchema.nullable(),
})
type Work = z.infer<typeof workSchema>
const nothing: Work = { name: null, comparison: emptyComparison, saved: null }

/** The comparison at work; survives a reload, saved or not. */
export const useComparison = defineStore('comparison', () => {
  const client = useClient()
  const notices = useNotices()
  const undo = useUndo()
  const work = useKept<Work>('comparison', workSchema, nothing)
  const comparison = computed(() => work.value.comparison)
  const isChanged = computed(() => JSON.stringify(work.value.comparison) !== JSON.stringify(work.value.saved))

  function change(part: Partial<Comparison>): void {
    work.value = { ...work.value, comparison: { ...work.value.comparison, ...part } }
  }

  const facts = useLatest(() => client.request('comparison.runs', { runIds: work.value.comparison.runIds }))
  watch(
    [() => work.value.comparison.runIds.join(), client.connection],
    () => client.connection.value === 'open' && void facts.refresh(),
    { immediate: true },
  )
  /** Counts what was measured in the compared runs, so that panels load again. */
  const measured = ref(0)
  const lookAgain = useThrottleFn(
    () => {
      measured.value++
      return facts.refresh()
    },
    refreshIntervalMs,
    true,
  )
  const concerned = (event: { readonly runId: RunId }) => {
    if (work.value.comparison.runIds.includes(event.runId)) void lookAgain()
  }
  client.on('run.changed', concerned)
  client.on('run.measured', concerned)

  const saved = useLatest(() => client.request('comparisons.list', null))
  watch(client.connection, (state) => state === 'open' && void saved.refresh(), { immediate: true })

  /** Another set of runs; colours that are taken stay with their groups. */
  function choose(runIds: readonly RunId[]): void {
    change({ runIds: [...new Set(runIds)], zoom: {} })
  }
  function startNew(): void {
    work.value = nothing
  }
  const open = (name: string) =>
    notices.guard(async () => {
      const found = await client.request('comparisons.get', { name })
      work.value = { name, comparison: found.comparison, saved: found.comparison }
    })
  async function save(name: string, replace: boolean): Promise<void> {
    const asked = work.value.comparison
    const { comparison: kept } = await client.request('comparisons.save', { name, comparison: asked, replace })
    work.value = { ...work.value, name, saved: kept }
    await saved.refresh()
  }
  const remove = (name: string) =>
    notices.guard(async () => {
      const { comparison: removed } = await client.request('comparisons.get', { name })
      await client.request('comparisons.remove', { name })
      if (work.value.name === name) work.value = { ...work.value, name: null, saved: null }
      await saved.refresh()
      undo.say(words.comparison.removed(name), async () => {
        await client.request('comparisons.save', { name, comparison: removed, replace: false })
        await saved.refresh()
      })
    })

  function addPanels(panels: readonly Panel[]): void {
    change({ panels: [...comparison.value.panels, ...panels] })
  }
  function changePanel(panel: Panel): void {
    change({ panels: comparison.value.panels.map((known) => (known.id === panel.id ? panel : known)) })
  }
  function removePanel(id: string, title: string): void {
    const { panels } = comparison.value
    const index = panels.findIndex((panel) => panel.id === id)
    const removed = panels[index]
    if (!removed) return
    change({ panels: panels.toSpliced(index, 1) })
    undo.say(words.comparison.removedPanel(title), async () =>
      change({ panels: comparison.value.panels.toSpliced(index, 0, removed) }),
    )
  }
  /** Puts a panel to another place in the order. */
  function movePanel(id: string, to: number): void {
    const { panels } = comparison.value
    const from = panels.findIndex((panel) => panel.id === id)
    const moved = panels[from]
    if (!moved || to < 0 || to >= panels.length) return
    change({ panels: panels.toSpliced(from, 1).toSpliced(to, 0, moved) })
  }

  return {
    name: computed(() => work.value.name),
    comparison,
    isChanged,
    facts: facts.value,
    error: facts.error,
    pending: facts.pending,
    refresh: facts.refresh,
    measured,
    saved: saved.value,
    change,
    choose,
    startNew,
    open,
    save,
    remove,
    addPanels,
    changePanel,
    removePanel,
    movePanel,
  }
})

import { useEventListener, useResizeObserver, useThrottleFn } from '@vueuse/core'
import { nextTick, watch, type Ref } from 'vue'
import { z } from 'zod'
import { useKept } from './useKept'

const schema = z.record(z.string().max(200), z.number().min(0))
/** So many places are remembered; the oldest are forgotten. */
const MOST = 60
const writeEveryMs = 250
/** Content arrives in parts: for so long it is waited for, unless the person scrolls first. */
const patienceMs = 5000

/** Comes back to where a panel was scrolled to, after another place was shown and after a restart. */
export function useKeptScroll(name: Ref<string>, element: Ref<HTMLElement | null>): void {
  const kept = useKept('scroll', schema, {})
  /** Null: nothing is waited for, what the person scrolls is written down. */
  let wanted: { readonly top: number; readonly until: number } | null = null

  function tryRestore(): void {
    const panel = element.value
    if (!panel || !wanted) return
    panel.scrollTop = wanted.top
    if (Math.abs(panel.scrollTop - wanted.top) <= 1 || Date.now() > wanted.until) wanted = null
  }
  watch(
    [name, element],
    async () => {
      const top = kept.value[name.value] ?? 0
      wanted = top > 0 ? { top, until: Date.now() + patienceMs } : null
      await nextTick()
      tryRestore()
    },
    { immediate: true },
  )
  // The panel keeps its size while its content grows.
  useResizeObserver(
    () => [...(element.value?.children ?? [])].filter((child) => child instanceof HTMLElement),
    tryRestore,
  )
  useEventListener(element, ['wheel', 'pointerdown', 'keydown'], () => (wanted = null), { passive: true })
  const write = useThrottleFn(
    () => {
      const panel = element.value
      if (!panel || wanted) return
      const others = Object.entries(kept.value).filter(([other]) => other !== name.value)
      kept.value = Object.fromEntries([...others, [name.value, panel.scrollTop]].slice(-MOST))
    },
    writeEveryMs,
    true,
  )
  useEventListener(element, 'scroll', () => void write(), { passive: true })
}

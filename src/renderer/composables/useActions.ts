import { useEventListener } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { belongsToField, isShortcut } from './keys'

/** Something a person can do: listed in the command palette, and by its keys in the list of shortcuts. */
export interface Action {
  readonly id: string
  /** As a command: 'Start the run'. */
  readonly title: string
  /** 'Ctrl+Enter'; absent where only the palette and a button do it. */
  readonly keys?: string
  /** Absent: it can be done now. */
  readonly enabled?: boolean
  run(): void
}

export interface ActionGroup {
  /** 'Everywhere', 'Design'. */
  readonly title: string
  readonly actions: readonly Action[]
}

/** What can be done now: what every place offers, then what the place that is shown offers. */
export const useActions = defineStore('actions', () => {
  const sources = shallowRef<readonly (() => ActionGroup)[]>([])
  const groups = computed(() => sources.value.map((source) => source()))

  function register(source: () => ActionGroup): () => void {
    sources.value = [...sources.value, source]
    return () => (sources.value = sources.value.filter((known) => known !== source))
  }
  /** The later group wins: a place may give a key a meaning of its own. */
  function actionFor(event: KeyboardEvent): Action | null {
    const typing = isTyping(event.target)
    const fits = ({ keys, enabled = true }: Action) =>
      keys !== undefined && enabled && isShortcut(event, keys) && !(typing && belongsToField(keys))
    return (
      groups.value
        .toReversed()
        .flatMap(({ actions }) => actions)
        .find(fits) ?? null
    )
  }
  return { groups, register, actionFor }
})

/** Offers actions as long as the component that calls it is there. */
export function provideActions(title: string, actions: () => readonly Action[]): void {
  onScopeDispose(useActions().register(() => ({ title, actions: actions() })))
}

/** The one place where shortcuts are heard; called once, by the frame. */
export function useShortcuts(): void {
  const registered = useActions()
  useEventListener(window, 'keydown', (event) => {
    if (event.defaultPrevented) return
    const action = registered.actionFor(event)
    if (!action) return
    event.preventDefault()
    action.run()
  })
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio], [type=range]), textarea')
}
